"""The contribution ledger: every fact immutable, every point explained, the past replayable under other rules."""
