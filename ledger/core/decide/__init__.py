"""Decide: one file a family of commands. Each turns a command into a fact with its outcomes, or a refusal."""
