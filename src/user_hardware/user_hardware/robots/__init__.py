"""Arms: adapters to Cartesian controllers, by topic."""
