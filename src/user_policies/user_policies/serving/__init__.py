"""What the policy node does, without ROS: versions pinned per episode, weights built aside, batches over robots."""
