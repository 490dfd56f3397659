"""`./user bag`: looks at bags, plays, filters, labels, checks and repairs them. One file per subcommand."""
