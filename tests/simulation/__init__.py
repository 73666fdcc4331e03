"""A whole campaign with everything that can go wrong, driven by one seed: it searches for an order of things that breaks us."""
