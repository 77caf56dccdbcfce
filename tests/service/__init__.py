"""The writer and what it acts on, run on both databases."""
