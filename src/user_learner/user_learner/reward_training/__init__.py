"""Makes a learned reward from labelled pictures."""
