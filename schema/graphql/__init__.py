"""GraphQL for frontends: types, queries, and who may see what."""
