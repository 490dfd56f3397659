"""How a new chunk of actions follows the one that is being executed, by name."""
