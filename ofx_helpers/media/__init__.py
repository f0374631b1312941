"""The only codecs: images, sequences, video, in and out."""
