"""How a person would do a task, one file per task: where things are in, a deflection and an opening out."""
