"""FLOOR 3, acts: transactions, tasks and time. It decides nothing; the core does."""
