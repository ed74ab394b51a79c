"""Settings of the destinations that need more than a line. One file a family; the union of all is in config/outputs.py."""
