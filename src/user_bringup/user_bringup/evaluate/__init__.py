"""`./user evaluate`: a trained policy, or a person, on a fixed list of seeds, in a folder of its own."""
