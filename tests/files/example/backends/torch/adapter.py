"""An example is never run."""
