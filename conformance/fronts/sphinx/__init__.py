"""The tables of the documentation: from case files and a report to docutils nodes."""
