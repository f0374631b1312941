"""What every stock node is, openfx-arena's and our own plug-in: inputs, parameters, defaults."""
