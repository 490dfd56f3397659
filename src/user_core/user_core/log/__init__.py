"""The durable log: kinds of record, bag writer, reader and repair. No ROS, no torch."""
