"""OpenFX plug-ins from the command line: listed, shown, applied to files."""
