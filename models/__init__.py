"""AI behind small interfaces; one file a backend."""
