"""One interface to every renderer."""
