"""What every stock node is: inputs, parameters, defaults."""
