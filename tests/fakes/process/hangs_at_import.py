"""Importing the framework never ends, and holds the interpreter lock."""

import ctypes

ctypes.PyDLL(None).sleep(3600)
