"""Speed, as ratios against a limit measured in the same run, on the same database, at production's durability."""
