"""Perks: why a member cannot have one now, and what having one moves."""
