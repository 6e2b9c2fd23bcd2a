"""The process that runs cases in a target's own interpreter; see docs/protocol.rst.

That interpreter is given this folder: `INTERPRETER -u worker CONTROL ADAPTER DEVICE MODE`. The
standard library and numpy only, Python 3.8 syntax, and nothing of this project but these modules,
which import each other relatively: in that process the package has another name.
"""
