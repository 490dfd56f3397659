"""Recording of the drivers' topics as they come."""
