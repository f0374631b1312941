"""One file a command: arguments, progress and wording, no other logic."""
