"""Contribution events in: CloudEvents 1.0 over HTTP and from files."""
