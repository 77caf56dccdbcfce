"""The tests: one folder a floor, and the foundations they stand on."""
