"""Networks, policies, processing and the policy node of USER for ROS 2."""
