"""The durable replay log, the learning algorithms and the learner node of USER for ROS 2."""
