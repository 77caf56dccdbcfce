"""What a rulebook says: its grammar as values, the reading of a YAML tree into them, and versions by time."""
