"""What every stock node is, and our own plug-in: inputs, parameters, defaults."""
