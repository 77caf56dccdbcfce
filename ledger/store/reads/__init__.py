"""What people ask: each a few set queries, read in a short session of its own."""
