"""Tiers: by threshold at every event, or by terms over windows, judged daily; and the groups they open."""
