"""Offers: who may be shown one now, and why not."""
