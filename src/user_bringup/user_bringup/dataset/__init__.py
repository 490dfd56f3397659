"""LeRobot datasets (version 3.0) out of our bags, and our bags out of LeRobot datasets; lerobot itself is not needed."""
