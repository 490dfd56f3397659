"""LeRobot datasets (version 3.0) out of our bags, and bags out of such datasets; lerobot itself is not needed."""
