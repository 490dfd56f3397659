"""Sets up everything that ``./user`` needs, from a bare machine or on top of an installed ROS 2.

Runs under any Python from 3.11 to 3.13 with the standard library alone, because it is what makes the environment.
"""
