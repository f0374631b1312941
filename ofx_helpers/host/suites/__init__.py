"""The suites: tables of functions that plug-ins call, each over the host's own objects."""
