"""One conformance suite for the store, run on both databases."""
