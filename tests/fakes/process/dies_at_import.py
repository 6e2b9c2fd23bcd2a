"""Importing the framework ends the process."""

import os
import sys

sys.stderr.write("cannot load the shared library\n")
os.abort()
