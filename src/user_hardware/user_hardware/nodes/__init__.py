"""The executables: wiring of objects to ROS 2, nothing else."""
