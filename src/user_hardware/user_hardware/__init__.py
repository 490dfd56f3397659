"""Robots, cameras, grippers, teleoperation, rewards, the simulation and the environment node of USER for ROS 2."""
