"""FLOOR 2, rows: tables and SQL. It decides nothing."""
