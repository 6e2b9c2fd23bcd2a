"""Configuration of the documentation: sphinx-build -W -c . docs build/html"""

from conformance import __version__

project = "conformance"
author = "the conformance authors"
copyright = "the conformance authors, Apache-2.0"  # noqa: A001 (Sphinx's name)
version = release = __version__

extensions = ["conformance.fronts.sphinx_ext"]
conformance_cases = "cases"
conformance_reports = "build/reports"

root_doc = "index"
exclude_patterns = ["_static"]
nitpicky = True
highlight_language = "text"
# The tool's options are written with two hyphens, in tables and in prose.
smartquotes = False

html_theme = "pydata_sphinx_theme"
html_title = f"conformance {version}"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "navbar_align": "left",
    "navbar_persistent": [],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "search_as_you_type": True,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "navigation_with_keys": False,
}
