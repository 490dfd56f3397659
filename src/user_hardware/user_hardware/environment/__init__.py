"""The control loop of one arm as plain objects: what is seen, who decides, what is allowed, what is recorded."""
