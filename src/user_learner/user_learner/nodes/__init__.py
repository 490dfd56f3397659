"""ROS nodes of the learning side: wiring only."""
