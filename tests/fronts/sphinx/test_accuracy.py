"""`conformance-accuracy`: how far from the exact result, and over which positions."""

import math
import xml.etree.ElementTree as ET

from conformance.fronts.sphinx.plot import Line, describe, error_plot, number_text
from conformance.model.verdict import Accuracy

ACCURACY = ".. conformance-accuracy:: cumsum"
HEAD = "n, dtype, input"
CASES = """format: 1
op: cumsum
cases:
  - id: long
    why: errors add up
    call: {x: {dtype: float32, shape: [1000], fill: 0.1}, axis: 0}
    expect: {dtype: float32, oracle: exact}
  - id: short
    why: errors add up
    call: {x: {dtype: float32, shape: [10], fill: 0.1}, axis: 0}
    expect: {dtype: float32, oracle: exact}
  - id: small-float16
    why: errors add up
    call: {x: {dtype: float16, shape: [10], fill: 0.1}, axis: 0}
    expect: {dtype: float16, oracle: exact}
  - id: whole-numbers
    why: nothing is rounded
    call: {x: {dtype: int32, shape: [10], fill: 3}, axis: 0, dtype: int32}
    expect: {dtype: int32, oracle: exact}
"""
CURVE = ((0, 0.0), (9, 2.0), (99, 40.0), (999, 12345.0))
SEQUENTIAL = Accuracy(12345.0, (999,), "sequential", CURVE)


def measured(site, *accuracies):
    site.write("cases/cumsum/behaviour.yaml", CASES)
    site.report(accuracies=dict(accuracies))
    site.index(ACCURACY)


def test_inputs_are_sorted_by_length_and_dtype(site):
    measured(site)
    names = [row[0].split(" errors")[0] for row in site.build().table(HEAD)]
    assert names == [
        "n = 10, float16 small-float16:",
        "n = 10, float32 short:",
        "n = 1\u202f000, float32 long:".replace("\u202f", " "),
    ]


def test_the_greatest_error_stands_beside_its_class_in_words(site):
    measured(site, (("long", "mindspore.ops.cumsum"), SEQUENTIAL))
    built = site.build()
    head = next(rows[0] for rows in built.tables() if rows[0][0] == HEAD)
    row = dict(zip(head, built.table(HEAD)[-1], strict=True))
    assert row["mindspore.ops.cumsum mindspore 2.10.0"] == "12 300 ULP sequential"
    assert row["torch.cumsum torch 2.13.0"] == "0.5 ULP correctly rounded"
    assert built.warnings == []


def test_an_infinite_error_is_shown_as_such(site):
    early = Accuracy(math.inf, (7,), "overflows-early")
    measured(site, (("small-float16", "torch.cumsum"), early))
    cells = {cell for row in site.build().table(HEAD) for cell in row}
    assert "inf ULP overflows early" in cells


def test_without_a_report_nothing_is_measured(site):
    site.write("cases/cumsum/behaviour.yaml", CASES)
    site.index(ACCURACY)
    built = site.build("html")
    assert {cell for row in built.table(HEAD) for cell in row[1:]} <= {"not-run", "—"}
    assert "<svg" not in built.html()


def test_the_errors_are_plotted_in_words_too(site):
    measured(site, (("long", "mindspore.ops.cumsum"), SEQUENTIAL))
    html = site.build("html").html()
    assert html.count('<svg viewBox="0 0 640') == 1
    assert (
        "mindspore.ops.cumsum on mindspore 2.10.0: 0 ULP at the start, "
        "at most 12\u202f300 ULP near element 1\u202f000." in html
    )


def test_apis_with_the_very_same_errors_share_a_line(site):
    other = Accuracy(1.0, (9,), "within-1-ulp", ((0, 0.0), (999, 1.0)))
    measured(
        site,
        (("long", "mindspore.ops.cumsum"), SEQUENTIAL),
        (("long", "mindspore.Tensor.cumsum"), SEQUENTIAL),
        (("long", "torch.cumsum"), other),
    )
    legend = site.build("html").html().partition('<ul class="conformance-legend">')[2]
    legend = legend.partition("</ul>")[0]
    assert legend.count("<li") == 2
    assert (
        "mindspore.ops.cumsum on mindspore 2.10.0<br/>mindspore.Tensor.cumsum on mindspore 2.10.0"
        in legend
    )


LINES = [
    Line(("a",), ((0, 0.0), (99, 0.5)), "A"),
    Line(("b & c",), ((0, 0.3), (49, 7.0), (99, math.inf)), "B"),
]


def drawn():
    text = error_plot(LINES, key="k", title="Errors < 1").split("<svg ", 1)[1].split("</svg>")[0]
    return ET.fromstring(f"<svg {text}</svg>")


def svg(tag):
    return f"{{http://www.w3.org/2000/svg}}{tag}"


def test_a_plot_has_a_title_and_a_description_that_its_image_refers_to():
    plot = drawn()
    assert plot.get("role") == "img"
    title, description = plot.find(svg("title")), plot.find(svg("desc"))
    assert plot.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text, description.text) == ("Errors < 1", describe(LINES))


def test_lines_differ_in_more_than_colour():
    lines = [g for g in drawn().iter(svg("g")) if g.find(svg("path")) is not None]
    dashes = [g.find(svg("path")).get("stroke-dasharray") for g in lines]
    markers = [g.findall(svg("path"))[1].get("d").count("V") for g in lines]
    letters = [text.text for g in drawn().iter(svg("g")) for text in g.findall(svg("text"))]
    assert dashes == [None, "9 4"]
    assert markers == [0, 1]
    assert letters == ["B", "A"]


def test_an_infinite_error_is_the_top_of_the_plot():
    labels = [text.text for text in drawn().iter(svg("text"))]
    assert labels[:4] == ["0.1", "1", "10", "inf"]
    lines = [g.find(svg("path")) for g in drawn().iter(svg("g"))]
    assert [line.get("d").endswith(" 14.0") for line in lines if line is not None] == [False, True]


def test_numbers_have_three_digits_and_groups():
    assert [number_text(n) for n in (0.0, 0.5, 12345, 12.345, 12345.0, 3e9, math.inf)] == [
        "0", "0.5", "12\u202f345", "12.3", "12\u202f300", "3e+09", "inf",
    ]  # fmt: skip
