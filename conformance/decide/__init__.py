"""Pure decisions: which tasks there are, what an outcome means, how to say it."""
