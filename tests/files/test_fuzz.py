"""Whatever bytes a file holds, it is read or refused with its place: nothing else comes out."""

# ruff: noqa: E501

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.files.backend_files import load_backend
from conformance.files.load import check_suite
from conformance.model.errors import ConformanceError

ROOT = Path(__file__).parents[2]
BEHAVIOUR = (ROOT / "cases/cumsum/behaviour.yaml").read_bytes()[:4000]
FILES = {
    "cases/cumsum/behaviour.yaml": BEHAVIOUR[: BEHAVIOUR.rindex(b"  - id")],
    **{
        file: (ROOT / file).read_bytes()
        for file in (
            "cases/cumsum/mindspore-r2.0-torch.yaml",
            "cases/cumsum/op.yaml",
            "cases/differences.yaml",
            "conformance/backends/mindspore/bindings.yaml",
            "conformance/backends/mindspore/ledger.yaml",
            "conformance/backends/mindspore/environment.toml",
        )
    },
}
# Pieces that mean something in these files, so that mutations get past the parser.
PIECES = [
    b"", b" ", b"\n", b"\t", b"\r", b"{", b"}", b"[", b"]", b":", b": ", b", ", b"- ", b"'", b'"', b"#",
    b"&a ", b"*a", b"*grid", b"!!int ", b"<<: ", b"---\n", b"null", b"true", b"no", b"-0", b"0x1p99999",
    b"1e999", b"1e-5", b".nan", b"9" * 5000, b"[" * 100, b"{a}", b'"{dtype}"', b"{}", b"[]", b"\xff",
    b"\x00", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"bfloat16", b"int8", b"same-as-x", b"values", b"for-each",
    b"difference", b"error", b"dtype: ", b"shape: [1048576, 1048576]", b"fill: 1", b"{list: [1]}",
    b"{numpy: int8, value: 300}", b"format: 2", b"id: a", b"[[1, 2], [3]]", b"[[recipe]]\n", b"= ",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """content with some spans replaced: by a piece, by bytes, or by another span of it."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        source = draw(st.integers(0, len(content)))
        piece = draw(
            st.one_of(
                st.sampled_from(PIECES),
                st.binary(max_size=4),
                st.just(content[source : source + 30]),
            )
        )
        content = content[:start] + piece + content[end:]
    return content


@pytest.fixture(scope="module")
def folder() -> Path:
    """A copy of the shipped files, which each example writes one of."""
    folder = Path(tempfile.mkdtemp())
    for file, content in FILES.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    (folder / "conformance/backends/mindspore/adapter.py").write_text("")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("file", FILES)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_mutated_files_are_read_or_refused_with_their_place(
    folder: Path, file: str, data: st.DataObject
) -> None:
    content = data.draw(mutated(FILES[file]))
    try:
        (folder / file).write_bytes(content)
        if not file.startswith("cases/"):
            load_backend(folder / "conformance/backends/mindspore")
            return
        _, errors = check_suite(folder / "cases")
        for error in errors:
            assert error.place.file.startswith(folder.as_posix())
            assert error.place.line >= 1
            assert str(error).encode()
    except ConformanceError as error:
        assert str(error).startswith(folder.as_posix())  # noqa: PT017
    finally:
        (folder / file).write_bytes(FILES[file])
