"""A host for OpenFX plug-ins: any `.ofx.bundle` renders numpy arrays and nodes of projects."""
