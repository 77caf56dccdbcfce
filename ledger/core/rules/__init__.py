"""One file a rule feature. Each reads a case and the books; none writes."""
