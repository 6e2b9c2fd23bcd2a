"""The bundled reference: scans written as their definitions read, with numpy only."""

from reference_impl.scan import cumsum, scan

__all__ = ["cumsum", "scan"]
__version__ = "0.1.0"
