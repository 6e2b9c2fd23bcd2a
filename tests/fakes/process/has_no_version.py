"""An adapter that lacks what every adapter must have."""

tensor_types = ()
