"""Loading a folder of case files."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.files.behaviour_file import read_behaviour
from conformance.files.cases_folder import DIFFERENCES
from conformance.files.differences import Definition, read_differences
from conformance.files.nodes import Document, read_document
from conformance.files.op_file import read_op
from conformance.files.page_file import read_page
from conformance.model.case import Case, Op, Page, Suite
from conformance.model.errors import FileError, Place

OP = "op.yaml"
BEHAVIOUR = "behaviour.yaml"


def load_suite(folder: Path, *, addresses: Iterable[str] = ()) -> Suite:
    """Everything that a folder of case files says. Raises the first FileError found.

    addresses: `op`, or what begins with `op/`; of the others nothing is read. All is, if one of
    these operations is not there, or without any.
    """
    loader = _Loader(folder, addresses)
    for error in loader.errors():
        raise error
    return loader.suite()


def check_suite(folder: Path) -> tuple[Suite, list[FileError]]:
    """(what can be read of a folder, the first error of each file that cannot)."""
    loader = _Loader(folder)
    errors = list(loader.errors())
    return loader.suite(), errors


def case_files(folder: Path) -> list[tuple[Path, str]]:
    """(file, kind) of every YAML file in a folder of case files, whether or not it can be read."""
    if not folder.is_dir():
        return []
    found = [(path, "differences") for path in _yaml_files(folder) if path.name == DIFFERENCES]
    kinds = {OP: "op", BEHAVIOUR: "behaviour"}
    for op in _op_folders(folder):
        found += [(path, kinds.get(path.name, "page")) for path in _yaml_files(op)]
    return found


@contextmanager
def no_collection() -> Iterator[None]:
    """The cyclic garbage collector is off, while cases are read or planned.

    That makes many values and no cycle; the collector would walk through all of them again and
    again, which takes longer than making them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Loader:
    """Reads one folder, file by file."""

    def __init__(self, folder: Path, addresses: Iterable[str] = ()) -> None:
        self.folder = folder
        self.wanted = {address.partition("/")[0] for address in addresses}
        self.definitions: dict[str, Definition] = {}
        self.ops: list[Op] = []
        self.pages: list[Page] = []
        self.cases: list[Case] = []
        # Without the questions or the operation a case cannot be judged right or wrong; its file
        # is then checked as YAML only.
        self.questions_known = True

    def suite(self) -> Suite:
        return Suite(
            tuple(self.ops),
            tuple(self.pages),
            tuple(definition.difference for definition in self.definitions.values()),
            tuple(self.cases),
        )

    def errors(self) -> Iterator[FileError]:
        """Reads everything; the first error of each file."""
        with no_collection():
            yield from self._errors()

    def _errors(self) -> Iterator[FileError]:
        try:
            folders = self._folders()
            self._read_differences()
        except FileError as error:
            self.questions_known = False
            yield error
            if error.place.file == self.folder.as_posix():
                return
        for folder in folders:
            yield from self._read_op(folder)

    def _folders(self) -> list[Path]:
        """The folders of the operations that are to be read, sorted by name."""
        place = Place(self.folder.as_posix(), 1, 1)
        if not self.folder.is_dir():
            raise FileError(place, "there is no such folder", expected="a folder of case files")
        folders = _op_folders(self.folder)
        if not folders:
            raise FileError(
                place,
                "no operation",
                expected=f"folders like cumsum/, each with an {OP}",
                action="name the folder that holds them",
            )
        wanted = [folder for folder in folders if folder.name in self.wanted]
        return wanted if wanted and len(wanted) == len(self.wanted) else folders

    def _read_differences(self) -> None:
        stray = [path for path in _yaml_files(self.folder) if path.name != DIFFERENCES]
        if stray:
            raise FileError(
                Place(stray[0].as_posix(), 1, 1),
                "a case file outside the folder of an operation",
                expected=f"{DIFFERENCES} alone",
                action="move it into the folder of its operation",
            )
        path = self.folder / DIFFERENCES
        if path.exists():
            self.definitions = read_differences(read_document(path))

    def _read_op(self, folder: Path) -> Iterator[FileError]:
        path = folder / OP
        op = None
        try:
            op = read_op(read_document(path), folder=folder.name)
            self.ops.append(op)
        except FileError as error:
            yield error
        for file in sorted(_yaml_files(folder)):
            if file.name == OP:
                continue
            try:
                self._read_cases(file, op)
            except FileError as error:
                yield error

    def _read_cases(self, path: Path, op: Op | None) -> None:
        if path.suffix != ".yaml":
            raise FileError(
                Place(path.as_posix(), 1, 1),
                f"a file that ends in {path.suffix}",
                expected=".yaml",
                action="rename it",
            )
        document = read_document(path)
        if op is None or not self.questions_known:
            return
        self._take(document, path, op)

    def _take(self, document: Document, path: Path, op: Op) -> None:
        if path.name == BEHAVIOUR:
            cases = read_behaviour(document, op=op, file=path.stem, definitions=self.definitions)
        else:
            page, cases = read_page(document, op=op, file=path.stem, definitions=self.definitions)
            self.pages.append(page)
        self.cases.extend(cases)


def _op_folders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and any(_yaml_files(path))]


def _yaml_files(folder: Path) -> Iterator[Path]:
    """The files of a folder that are meant as YAML."""
    return (
        path
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".") and not path.is_dir()
    )
