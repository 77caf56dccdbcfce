"""FLOOR 0, pure: values and the functions that decide and fold. No clock, chance, I/O or logging."""
