"""Network modules: each file one, none of which knows of observations or of policies."""
