"""Books: folded pieces of state, each a value, a key and an `evolve`; and the view `plan` reads them through."""
