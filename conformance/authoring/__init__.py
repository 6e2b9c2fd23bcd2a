"""For writers of cases: checks that start nothing."""
