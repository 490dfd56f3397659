"""Replay: the durable log as a service, and the memory that batches are drawn from."""
