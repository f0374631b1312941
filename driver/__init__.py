"""The Python driver: everything a person calls."""
