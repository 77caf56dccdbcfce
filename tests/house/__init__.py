"""The house itself: what imports what, what is documented, what may stand in the tree."""
