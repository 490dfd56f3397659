"""One MuJoCo world with one arm: scene, impedance controller, wrist sensor, cameras. No ROS here."""
