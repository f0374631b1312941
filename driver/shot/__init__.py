"""What a shot is: settings, geometry, alignment."""
