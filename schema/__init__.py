"""FLOOR 4, the contract: HTTP for bots, GraphQL for frontends, the command line for operators."""
