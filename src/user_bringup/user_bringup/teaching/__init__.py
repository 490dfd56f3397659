"""Teaching a station where its task is: poses from the arm, a params file for the runs."""
