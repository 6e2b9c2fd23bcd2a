"""Checks tensor frameworks against what their documentation says."""

__version__ = "0.1.0"
