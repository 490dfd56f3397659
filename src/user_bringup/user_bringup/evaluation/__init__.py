"""Evaluations, seeds, stop criteria and the tables on disk that survive a kill. No ROS."""
