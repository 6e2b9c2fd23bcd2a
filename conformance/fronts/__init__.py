"""What people touch: the command line, the pytest plug-in, the Sphinx extension."""
