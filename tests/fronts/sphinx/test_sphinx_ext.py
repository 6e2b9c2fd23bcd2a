"""The extension in a project of somebody else: names, builds again, what reaches the HTML."""

import shutil
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from docutils import nodes

from conformance.files.backend_files import load_backend
from conformance.fronts.sphinx_ext import ConformanceDataError
from conformance.model.outcome import Crashed

pytestmark = pytest.mark.slow

PAGE = ".. conformance-page:: cumsum/mindspore-r2.0-torch"
VERDICTS = ".. conformance-verdicts:: cumsum"
SUMMARY = ".. conformance-summary::"
DIFFERENCES = ".. conformance-differences:: cumsum"


class Elements(HTMLParser):
    """Start tags of a document with their attributes, and the text directly inside each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)
        self.found = [(tag, attributes, own.strip()) for tag, attributes, own in self.found]

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes), ""))

    def handle_data(self, data):
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def of_class(self, name):
        return [e for e in self.found if name in (e[1].get("class") or "").split()]

    def ids(self):
        return [attributes["id"] for _, attributes, _ in self.found if "id" in attributes]


# names that there are not


def test_an_unknown_page_is_a_warning_with_the_pages_that_there_are(site):
    site.index(".. conformance-page:: cumsum/mindspore-r9.9")
    assert site.build().warnings == [
        "index.rst:4: WARNING: conformance-page: unknown page 'cumsum/mindspore-r9.9'; "
        "expected one of: cumsum/mindspore-r2.0-torch [conformance]"
    ]


@pytest.mark.parametrize("name", ["op", "differences", "verdicts"])
def test_an_unknown_operation_is_a_warning_with_the_operations_that_there_are(site, name):
    site.index(f".. conformance-{name}:: cumsun")
    assert site.build().warnings == [
        f"index.rst:4: WARNING: conformance-{name}: unknown operation 'cumsun'; "
        "expected one of: cumsum [conformance]"
    ]


def test_an_unknown_api_is_a_warning_with_the_apis_that_there_are(site, backends):
    bindings = [b for folder in backends.values() for b in load_backend(folder).bindings]
    known = ", ".join(binding.api for binding in bindings if binding.op == "cumsum")
    site.index(f"{VERDICTS}\n   :apis: torch.cumsum torch.cumprod")
    assert site.build().warnings == [
        "index.rst:4: WARNING: conformance-verdicts: unknown API of cumsum 'torch.cumprod'; "
        f"expected one of: {known} [conformance]"
    ]


def test_a_case_file_that_cannot_be_read_ends_the_build_with_its_own_message(site):
    site.edit("cases/cumsum/op.yaml", "returns: [result]", new="return: [result]")
    site.index(SUMMARY)
    with pytest.raises(ConformanceDataError) as caught:
        site.build()
    path = site.folder / "cases/cumsum/op.yaml"
    assert str(caught.value) == (
        f"{path}:12:1: the op file has no key 'return'; expected one of: format, op, parameters, "
        "returns, summary; did you mean 'returns'?"
    )
    assert caught.value.__cause__ is None


def test_a_folder_of_cases_that_is_not_there_is_named(site):
    site.edit("conf.py", 'conformance_cases = "cases"', new='conformance_cases = "casses"')
    site.index(SUMMARY)
    with pytest.raises(ConformanceDataError) as caught:
        site.build()
    assert str(caught.value) == (
        f"{site.folder / 'casses'}:1:1: there is no such folder; expected a folder of case files"
    )


def test_a_report_on_a_backend_without_bindings_is_warned_of(site):
    path = site.report()
    path.write_text(
        path.read_text("utf-8").replace('"backend": "torch"', '"backend": "tinygrad"'), "utf-8"
    )
    site.index(SUMMARY)
    assert site.build().warnings == [
        "WARNING: build/reports/first.jsonl speaks of the backend 'tinygrad', which has no "
        "bindings here; expected its folder in conformance_backends [conformance]"
    ]


def test_backends_of_the_project_are_shown_beside_the_packaged_ones(site, backends):
    folder = shutil.copytree(backends["torch"], site.folder / "mine")
    text = (folder / "bindings.yaml").read_text("utf-8")
    text = text.replace("backend: torch\n", "backend: mine\n").replace("  torch.", "  mine.")
    (folder / "bindings.yaml").write_text(text, "utf-8")
    (folder / "ledger.yaml").unlink()
    with (site.folder / "conf.py").open("a") as conf:
        conf.write('conformance_backends = ["mine"]\n')
    site.index(f"{VERDICTS}\n   :apis: mine.cumsum")
    built = site.build()
    assert built.warnings == []
    assert {row[1] for row in built.table("Case")} == {"not-run"}


# building again


def test_nothing_is_read_again_without_a_reason(site):
    site.report()
    site.index(SUMMARY)
    assert site.build().read == ["index"]
    assert site.build().read == []


@pytest.mark.parametrize("directive", [PAGE, VERDICTS, SUMMARY, DIFFERENCES])
def test_the_first_report_is_noticed(site, directive):
    site.index(directive)
    site.build()
    site.report()
    assert site.build().read == ["index"]


def test_a_newer_report_is_noticed_by_the_documents_that_show_it(site, later):
    site.report()
    site.index(VERDICTS, ".. toctree::\n\n   other")
    site.write("other.rst", "Other\n=====\n")
    assert "crashed" not in site.build().doctree().astext()
    site.report({("first-axis", "torch.cumsum"): Crashed("x")}, name="second", started=later)
    built = site.build()
    assert built.read == ["index"]
    assert "crashed" in built.doctree().astext()


def test_a_changed_case_file_is_noticed(site):
    site.index(VERDICTS)
    site.build()
    site.edit("cases/cumsum/behaviour.yaml", "id: first-axis", new="id: axis-number-zero")
    built = site.build()
    assert built.read == ["index"]
    assert "axis-number-zero" in built.doctree().astext()


def test_a_new_case_file_is_noticed(site):
    site.index(VERDICTS)
    site.build()
    page = site.folder / "cases/cumsum/mindspore-r2.0-torch.yaml"
    shutil.copy(page, page.with_name("another.yaml"))
    built = site.build()
    assert built.read == ["index"]
    assert "cumsum/another" in built.doctree().astext()


def test_a_report_that_was_cut_off_is_passed_over(site, later):
    site.report()
    crash = {("first-axis", "torch.cumsum"): Crashed("x")}
    site.report(crash, name="second", started=later, whole=False)
    site.index(VERDICTS)
    assert "crashed" not in site.build().doctree().astext()


def test_the_latest_start_counts_and_not_the_name_of_the_file(site, later):
    crash = {("first-axis", "torch.cumsum"): Crashed("x")}
    site.report(crash, name="a", started=later)
    site.report(name="b")
    site.index(VERDICTS)
    assert "crashed" in site.build().doctree().astext()


def test_of_several_reports_the_summary_says_which_is_shown(site, later):
    site.report(name="b")
    site.index(SUMMARY)
    assert "conformance merge" not in site.build().doctree().astext()
    site.report(name="a", started=later)
    assert (
        "The newest whole report is shown, a.jsonl; beside it lie b.jsonl. "
        "`conformance merge` writes several as one."
    ) in site.build().doctree().astext()


def test_documents_read_by_other_processes_notice_a_newer_report_too(site, later):
    site.report()
    names = [f"page-{number}" for number in range(8)]
    for name in names:
        site.write(f"{name}.rst", f"{name}\n======\n\n:orphan:\n\n{SUMMARY}\n")
    site.index(".. toctree::\n\n   " + "\n   ".join(names))
    assert site.build(jobs=2).warnings == []
    assert site.build(jobs=2).read == []
    site.report(name="second", started=later)
    assert site.build(jobs=2).read == names


def test_a_document_that_no_longer_shows_anything_is_left_alone(site, later):
    site.report()
    site.index(SUMMARY)
    site.build()
    site.index("Nothing.")
    site.build()
    site.report(name="second", started=later)
    assert site.build().read == []


# the HTML


def test_the_same_sources_give_the_same_html(site):
    site.report()
    site.index(PAGE, DIFFERENCES, VERDICTS, SUMMARY)
    first = site.build("html").html()
    shutil.rmtree(site.folder / "build" / "html")
    shutil.rmtree(site.folder / "build" / "doctrees")
    assert site.build("html").html() == first


def test_a_status_is_a_word_in_a_chip_that_the_style_sheet_colours(site):
    site.report({("first-axis", "torch.cumsum"): Crashed("signal SIGSEGV")})
    site.index(VERDICTS)
    built = site.build("html")
    html = Elements(built.html())
    passed = html.of_class("conformance-passed")
    assert {(tag, text) for tag, _, text in passed} == {("span", "passed")}
    # In the matrix, and among the verdicts that did not pass.
    assert len(html.of_class("conformance-crashed")) == 2
    style = (site.folder / "build/html/_static/conformance.css").read_text("utf-8")
    assert ".conformance-crashed" in style
    assert any("conformance.css" in (a.get("href") or "") for _, a, _ in html.found)


def test_the_reason_of_a_status_is_shown_on_pointing_at_it(site):
    site.report({("first-axis", "torch.cumsum"): Crashed("signal SIGSEGV")})
    site.index(VERDICTS)
    html = Elements(site.build("html").html())
    reasons = {attributes.get("title") for tag, attributes, _ in html.found if tag == "abbr"}
    assert "signal SIGSEGV, expected an answer" in reasons


def test_every_table_scrolls_in_a_box_of_its_own(site):
    site.index(PAGE, DIFFERENCES, VERDICTS, SUMMARY)
    html = Elements(site.build("html").html())
    tables = [e for e in html.found if e[0] == "table"]
    assert len(html.of_class("conformance-scroll")) == len(tables) > 20


def test_the_names_of_rows_are_heads_of_their_rows(site, backends):
    site.index(SUMMARY)
    html = Elements(site.build("html").html())
    assert len([e for e in html.found if e[0] == "th"]) == 2 + len(backends)


def test_details_are_folded_in_html_with_a_summary(site):
    site.report()
    site.index(PAGE)
    html = Elements(site.build("html").html())
    folds = [text for tag, _, text in html.found if tag == "summary"]
    assert folds == ["The same call on APIs that the page does not speak of"] * 2
    assert len(html.of_class("conformance-fold")) == 2


def test_details_are_open_in_text_below_their_summary(site):
    site.report()
    site.index(PAGE)
    site.build("text")
    text = (site.folder / "build/text/index.txt").read_text("utf-8")
    assert "**The same call on APIs that the page does not speak of**" in text
    assert "mindspore.numpy.cumsum(a=x, axis=-1)" in text


@pytest.mark.parametrize("builder", ["latex", "man", "texinfo", "xml"])
def test_other_builders_work_as_well(site, builder):
    site.report()
    tables = (f"{directive}\n   :apis: torch.cumsum" for directive in (DIFFERENCES, VERDICTS))
    site.index(PAGE, *tables, SUMMARY)
    assert site.build(builder).warnings == []


def test_every_id_stands_once_however_often_a_directive_does(site):
    site.index(DIFFERENCES, DIFFERENCES, PAGE, PAGE)
    built = site.build("html")
    html = Elements(built.html())
    assert built.warnings == []
    assert len(html.ids()) == len(set(html.ids()))


def test_links_to_a_question_lead_to_its_section_below_the_same_directive(site):
    site.index(DIFFERENCES, f"{DIFFERENCES}\n   :apis: torch.cumsum")
    document = site.build().doctree()
    links = [link["refid"] for link in document.findall(nodes.reference) if "refid" in link]
    assert [link for link in links if "cast-order" in link] == [
        "cumsum-cast-order",
        "cumsum-cast-order-2",
    ]
    assert [document.ids[link].children[0].astext() for link in links[:2]] == [
        "integer-promotion",
        "unsigned-promotion",
    ]


@pytest.fixture
def later(morning):
    return morning + timedelta(hours=1)
