"""The rest of HTTP, on FastAPI: adjustments, members, links, the journal, health."""
