"""Configuration of the documentation: sphinx-build -W -c . docs build/html"""

from conformance import __version__

project = "conformance"
author = "the conformance authors"
copyright = "the conformance authors, Apache-2.0"  # noqa: A001 (Sphinx's name)
version = release = __version__

extensions = ["conformance.fronts.sphinx_ext"]
conformance_cases = "cases"
conformance_reports = "build/reports"
conformance_fakes = "build/fakes.json"

exclude_patterns = ["snippets"]
nitpicky = True
highlight_language = "text"
# The tool's options are written with two hyphens, in tables and in prose.
smartquotes = False

html_theme = "pydata_sphinx_theme"
html_title = "conformance"
html_static_path = ["docs/_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
# Tables need the width; only documents with neighbours have a list of them beside the text.
_with_neighbours = (
    "command-line",
    "sphinx",
    "report-format",
    "protocol",
    "fakes",
    "glossary",
    "benchmarks",
)
html_sidebars = {"**": []} | {name: ["sidebar-nav-bs"] for name in _with_neighbours}
html_theme_options = {
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "collapse_navigation": True,
}
