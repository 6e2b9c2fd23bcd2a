"""YAML as positioned nodes, and what YAML can do that is refused."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.files.nodes import Map, Node, Seq, parse_document, read_document
from conformance.files.source import Source
from conformance.model.errors import FileError

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(
    [*ROOT.glob("cases/**/*.yaml"), *ROOT.glob("conformance/backends/*/*.yaml")],
)


def plain(node: Node) -> object:
    """node as bare lists and dicts, with every position."""
    if isinstance(node, Map):
        return node.at, node.marks, {key: plain(value) for key, value in node.values.items()}
    if isinstance(node, Seq):
        return node.at, node.marks, [plain(item) for item in node.items]
    return repr(node)


def parsed(text: str, *, pure: bool = False) -> Node:
    return parse_document(Source("a.yaml", text), pure=pure).root


def refused(text: str, *, pure: bool = False) -> str:
    with pytest.raises(FileError) as caught:
        parsed(text, pure=pure)
    return str(caught.value)


def test_every_key_and_value_knows_its_place() -> None:
    text = "first: [1, two]\nsecond:\n  third: 'x'\n"
    source = Source("a.yaml", text)
    root = parse_document(source).root
    assert isinstance(root, Map)
    first, second = root.values["first"], root.values["second"]
    assert isinstance(first, Seq)
    assert isinstance(second, Map)
    assert str(source.place(root.key_at("second"))) == "a.yaml:2:1"
    assert str(source.place(first.at)) == "a.yaml:1:8"
    assert str(source.place(first.marks[1])) == "a.yaml:1:12"
    assert str(source.place(second.value_at("third"))) == "a.yaml:3:10"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(line_break: str) -> None:
    text = line_break.join(["# é", "a: 1", "a: 2"])
    assert refused(text) == (
        "a.yaml:3:1: the key 'a' a second time; expected each key once; "
        "the first stands at 2:1; remove one"
    )


def test_columns_count_characters_not_bytes() -> None:
    assert refused("{é: 𝕏, b: *x}").startswith("a.yaml:1:11: the alias *x")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name + "/" + path.name)
def test_the_parser_in_python_gives_the_same_nodes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert plain(parsed(text, pure=True)) == plain(parsed(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: the file is empty; expected a mapping that starts with 'format: 1'"),
        ("# only a comment\n", "1:1: the file is empty; expected a mapping that starts with 'format: 1'"),
        ("a: 1\na: 2\n", "2:1: the key 'a' a second time; expected each key once; the first stands at 1:1; remove one"),
        ("<<: {}\n", "1:1: the merge key '<<', which YAML 1.2 does not have; expected keys written out; give the whole value by an alias, or write the keys here"),
        ("1: 2\n", "1:1: 1 as a key; expected a text; write the key in quotes"),
        ("? [1]\n: 2\n", "1:3: a collection as a key; expected a text; write the key in quotes"),
        ("a: 1\n---\nb: 2\n", "2:1: a second YAML document; expected one document in a file; move it to a file of its own"),
        ("a: !!python/object/apply:os.system [x]\n", "1:4: the tag 'tag:yaml.org,2002:python/object/apply:os.system'; expected a value without a tag; remove the tag; a text is written in quotes"),
        ("a: !!str 5\n", "1:4: the tag 'tag:yaml.org,2002:str'; expected a value without a tag; remove the tag; a text is written in quotes"),
        ("a: !own 5\n", "1:4: the tag '!own'; expected a value without a tag; remove the tag; a text is written in quotes"),
        ("!own a: 5\n", "1:1: the tag '!own'; expected a value without a tag; remove the tag; a text is written in quotes"),
        ("- a\n- &b 1\n- *c\n", "3:3: the alias *c, but no anchor &c stands before it; expected one of: *b; write a text that starts with '*' in quotes"),
        ("a: &x [1, *x]\n", "1:11: the alias *x inside the value it names; expected a finite value"),
        ("[" * 60, "1:51: more than 50 collections inside each other; expected a file that is nested less"),
        ("a: [1, 2\n", "2:1: did not find expected ',' or ']' while parsing a flow sequence; expected YAML 1.2; close the list with ']'"),
        ("a: b: c\n", "1:5: mapping values are not allowed in this context; expected YAML 1.2; write a text that holds ': ' in quotes"),
        ("a:\n\tb: 1\n", "2:1: found character that cannot start any token while scanning for the next token; expected YAML 1.2; indent with spaces"),
        ("a: 1\n\tb: 1\n", "2:1: found a tab character that violates indentation while scanning a plain scalar; expected YAML 1.2; indent with spaces"),
        ("a: 1e999\n", "1:4: 1e999, which is beyond float64; expected a number that float64 can hold, .inf, or a text in quotes"),
        ("[1, 1e999]\n", "1:5: 1e999, which is beyond float64; expected a number that float64 can hold, .inf, or a text in quotes"),
        ("1e999: 1\n", "1:1: 1e999, which is beyond float64; expected a number that float64 can hold, .inf, or a text in quotes"),
    ],
)  # fmt: skip
def test_what_is_refused_says_where_what_and_what_to_do(text: str, message: str) -> None:
    assert refused(text) == f"a.yaml:{message}"


@pytest.mark.parametrize("pure", [False, True])
def test_aliases_that_expand_without_end_are_refused_at_once(pure: bool) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for level in range(1, 30):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    assert refused("\n".join(lines), pure=pure) == (
        "a.yaml:6:45: aliases that expand to more than 1,000,000 values; expected fewer; "
        "write large tensors by a rule (fill)"
    )


@pytest.mark.parametrize(
    "text",
    [
        'a: "\\ud800"',
        'a: "\\UFFFFFFFF"',
        "a: 'x",
        "%YAML 9999999999.1\n---\na",
        "&",
        "*",
        "a: @x",
        "%TAG ! !\n%TAG ! !\n---\n",
        "a: !<%ff> x",
        "- - -\n- ]",
        "...\n...",
    ],
)
@pytest.mark.parametrize("pure", [False, True])
def test_what_no_parser_can_read_is_refused(text: str, pure: bool) -> None:
    assert refused(text, pure=pure).startswith("a.yaml:")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfea\x00", "1:1: the byte 0xff, which is no UTF-8 text; expected UTF-8; save the file as UTF-8"),
        (b"a: 1\nb: \xe9\n", "2:4: the byte 0xe9, which is no UTF-8 text; expected UTF-8; save the file as UTF-8"),
        (b"a: \x00\n", "1:4: the character '\\x00'; expected printable text; remove it, or write it as an escape in double quotes"),
        (b"\x7fELF\x02\x01", "1:1: the character '\\x7f'; expected printable text; remove it, or write it as an escape in double quotes"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path}:{message}"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    document = read_document(path)
    assert isinstance(document.root, Map)
    assert str(document.source.place(document.root.key_at("a"))) == f"{path}:1:1"


def test_a_file_of_100_mb_is_refused_before_it_is_read(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    assert refusal(read_document, path) == (
        f"{path}:1:1: the file has 100,000,000 bytes; expected at most 5,000,000; "
        "split it, or give large tensors by a rule (fill)"
    )


def test_what_is_no_file_is_refused(tmp_path: Path, refusal: Callable[..., str]) -> None:
    fifo = tmp_path / "fifo.yaml"
    os.mkfifo(fifo)
    expected = f"{fifo}:1:1: this is no regular file; expected a text file"
    assert refusal(read_document, fifo) == expected
    missing = tmp_path / "missing.yaml"
    expected = (
        f"{missing}:1:1: the file cannot be read: No such file or directory; "
        "expected a readable file"
    )
    assert refusal(read_document, missing) == expected
