"""What the learner's thread does: take the log's news, pretrain, update, send weights, keep checkpoints. No ROS."""
