"""A person's terminal: keys as a device, marks and requests, and a line that says what the arm does."""
