"""One file per task: what stands on the table, where a reset puts it, and when the task is done."""
