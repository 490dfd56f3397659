"""What is learned from demonstrations before practice begins."""
