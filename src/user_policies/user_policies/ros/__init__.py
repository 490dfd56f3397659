"""ROS side of the weights: receiving them."""
