"""The report of a run: a pure function of its folder. No ROS but for decoding the bag."""
