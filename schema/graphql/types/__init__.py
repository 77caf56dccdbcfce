"""The types by topic. Each says what it is for clients; resolvers ask and present."""
