"""The adapter of a framework with which nothing can be computed: it exists to be installed."""

import tiny

version = tiny.__version__
tensor_types = ()
