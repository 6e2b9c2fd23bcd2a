"""Processes: which targets there are, their workers, and the loop over all of them."""
