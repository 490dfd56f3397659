"""ROS side of the learner: reading the log by service, sending weights, reading recorded bags."""
