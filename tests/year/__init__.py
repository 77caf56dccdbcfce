"""A synthetic community told by the clock: a year of it, on time and late, verified, rebuilt and told again."""
