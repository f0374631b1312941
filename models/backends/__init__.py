"""One file a backend, each exporting BACKEND."""
