"""ROS at the rim: parameters, conversions, topics and the node runner; here alone user_core imports rclpy."""
