import dataclasses

import pytest

from conformance.decide.explain import explain, headline
from conformance.decide.judge import judge
from conformance.model.case import Choice, Page, Source
from conformance.model.errors import Place
from conformance.model.outcome import Evidence, Raised, Returned

SOURCE = Source("Differences", "mindspore/docs", "docs/cumsum.md", "00bfaa2", "1fed", ())


@pytest.fixture
def task(make_task, make_output):
    return make_task(Choice("", outputs=(make_output([[1, 2], [3, 4]], "int8"),)))


@pytest.fixture
def wrong(make_tensor):
    return Returned((make_tensor([[1, 2], [3, 16]], "int64"),))


def test_a_headline_names_case_api_target_and_every_mismatch(task, wrong):
    assert headline(judge(task, wrong)) == (
        "cumsum/behaviour/a-case · torch.cumsum · torch 2.13.0: dtype is int64, expected int8; "
        "1 of 4 values differ, greatest difference 12 at [1, 1]"
    )


def test_an_explanation_shows_both_sides_positions_source_and_a_script(task, wrong):
    page = Page("cumsum", "behaviour", SOURCE, (), (), Place("cases/a.yaml", 1, 1))
    claimed = dataclasses.replace(
        task, page=page, case=dataclasses.replace(task.case, lines=(64, 96))
    )
    assert explain(judge(claimed, wrong)) == (
        "cumsum/behaviour/a-case · torch.cumsum · torch 2.13.0: dtype is int64, expected int8; "
        "1 of 4 values differ, greatest difference 12 at [1, 1]\n"
        "\n"
        "expected  int8 (2, 2)\n"
        "          [[1, 2],\n"
        "           [3, 4]]\n"
        "          (compared exactly)\n"
        "actual    int64 (2, 2)\n"
        "          [[ 1,  2],\n"
        "           [ 3, 16]]\n"
        "at        [1, 1]: expected 4, actual 16\n"
        "case      cases/cumsum/behaviour.yaml:7:5\n"
        'source    "Differences", lines 64 to 96 of docs/cumsum.md (mindspore/docs at 00bfaa2)\n'
        "to see it in a bare Python:\n"
        "\n"
        "import numpy as np\n"
        "import torch\n"
        "\n"
        'x = torch.from_numpy(np.array([1, 2], "int8"))\n'
        "actual = torch.cumsum(input=x, dim=0, dtype=torch.int8)\n"
        'print(actual, getattr(actual, "dtype", type(actual)))\n'
    )


def test_what_the_framework_printed_is_shown(task):
    raised = Raised(("OSError",), "no", "realise", evidence=Evidence(printed="[ERROR] kernel\n"))
    text = explain(judge(task, raised))
    assert "actual    OSError (in phase realise): no\n" in text
    assert "the framework printed:\n  [ERROR] kernel\n" in text
