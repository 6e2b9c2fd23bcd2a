"""`conformance-fakes`: how well the suite tests."""

import json

import pytest
from sphinx.errors import SphinxError

FAKES = ".. conformance-fakes::"


def fake(path, *caught, right=False):
    return {
        "fake": path,
        "imitates": "torch.cumsum",
        "right": right,
        "about": f"About {path}.",
        "caught_by": [f"cumsum/behaviour/{name}" for name in caught],
    }


def write(site, *fakes, idle=()):
    score = "1 of 2 faulty fakes caught, 1 of 1 right ones pass, 3 of 4 cases catch a fake"
    data = {"fakes": fakes, "idle": idle, "score": score}
    site.write("build/fakes.json", json.dumps(data))
    site.index(FAKES)


def test_the_score_stands_above_the_fakes(site):
    write(site, fake("f.a", "x"), fake("f.b"), fake("r.c", right=True), idle=["cumsum/behaviour/z"])
    text = site.build().doctree().astext()
    assert "1 of 2 faulty implementations caught (50 %)" in text
    assert "1 of 1 right implementations pass (100 %)" in text
    assert "3 of 4 cases catch a fake" in text
    assert "Cases that catch nothing (1)" in text


def test_three_cases_are_shown_and_the_rest_is_folded(site):
    write(site, fake("f.a", *"vwxyz"))
    built = site.build("html")
    (row,) = built.table("Faulty implementation")
    assert row[:2] == ["a", "About f.a."]
    assert row[2].startswith("behaviour/v behaviour/w behaviour/x")
    summary = built.html().partition("<summary>and 2 more</summary>")
    assert "behaviour/x" in summary[0]
    assert "behaviour/y" in summary[2]


def test_what_escapes_and_what_is_wronged_is_said(site):
    write(site, fake("f.a"), fake("r.b", "x", right=True), fake("r.c", right=True))
    built = site.build()
    assert built.table("Faulty implementation")[0][2] == "escapes"
    wronged, passing = built.table("Right implementation")
    assert wronged[2] == "taken for faulty behaviour/x"
    assert passing[2] == "passes"


def test_without_the_file_they_were_not_run(site):
    site.index(FAKES)
    assert "not-run Nothing was found" in site.build().doctree().astext()


def test_a_document_is_read_again_when_there_are_fakes(site):
    site.index(FAKES)
    site.build()
    write(site, fake("f.a", "x"))
    built = site.build()
    assert built.read == ["index"]
    assert "caught (100 %)" in built.doctree().astext()


@pytest.mark.parametrize("text", ["", "[]", '{"fakes": [{}]}', '{"fakes": [], "idle": []}'])
def test_a_file_that_the_command_did_not_write_is_refused(site, text):
    site.write("build/fakes.json", text)
    site.index(FAKES)
    with pytest.raises(
        SphinxError, match=r"fakes\.json: not what `conformance fakes --format json`"
    ):
        site.build()
