"""Launch files, configuration, progress and report of USER for ROS 2."""
