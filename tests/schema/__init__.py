"""The contract: the command line, intake and GraphQL, each on real databases."""
