"""What a mapping says of each output: all of the only one, or `outputs` by their names."""

from __future__ import annotations

from conformance.files.differences import OUTPUT_KEYS, Field, Fields
from conformance.files.fields import closed, did_you_mean, listed, mapping, pairs
from conformance.files.nodes import Map
from conformance.files.source import Source

# Output -> what is said of it, and where. An output that is not there is not asked.
Said = dict[str, tuple[Fields, int]]

_FIELDS = OUTPUT_KEYS | {"error", "outputs"}


class Parts:
    """Takes apart what is said of the outputs with those names, which belong to `of`."""

    def __init__(self, source: Source, of: str, names: tuple[str, ...]) -> None:
        self.source = source
        self.of = of
        self.names = names

    def asking(self, part: Map) -> tuple[str | None, Map | None]:
        """(the output that a question is about, the mapping that names it); None, None without
        a question. An expectation asks at most one."""
        asking: list[tuple[str | None, Map]] = []
        if "difference" in part.values:
            asking.append((None, part))
        outputs = part.values.get("outputs")
        if isinstance(outputs, Map):
            for name, node in outputs.values.items():
                if isinstance(node, Map) and "difference" in node.values:
                    asking.append((name, node))
        if len(asking) > 1:
            raise self.source.error(
                asking[1][1].key_at("difference"),
                "a second difference in one case",
                expected="one at most",
                action="two questions are two cases: leave the other output out of each",
            )
        return asking[0] if asking else (None, None)

    def said(self, part: Map, *, asking: str | None = None) -> Said:
        """What a mapping says of each output. asking: the output whose mapping also asks a
        question, so that it holds choices."""
        if "outputs" in part.values:
            self._refuse_beside(part)
            return dict(self._named(part, asking=asking))
        fields = self.fields(part)
        if len(self.names) == 1:
            return {self.names[0]: (fields, part.at)} if fields else {}
        if not fields:
            return {}
        key = next(iter(fields))
        raise self.source.error(
            part.key_at(key),
            f"{key!r} of {self.of}, which returns {listed(self.names)}",
            expected=f"outputs: {{{', '.join(f'{name}: {{...}}' for name in self.names)}}}",
            action="write it inside one of the outputs",
        )

    def fields(self, part: Map) -> Fields:
        """The fields of an output in a mapping, its error included."""
        source, marks = self.source, part.marks
        return {
            key: Field(source, value, marks[2 * number + 1])
            for number, (key, value) in enumerate(part.values.items())
            if key in _FIELDS
        }

    def _refuse_beside(self, part: Map) -> None:
        for key in part.values:
            if key in OUTPUT_KEYS:
                raise self.source.error(
                    part.key_at(key),
                    f"{key!r} beside outputs",
                    expected="it inside one of the outputs",
                )

    def _named(self, part: Map, *, asking: str | None) -> Said:
        at = part.value_at("outputs")
        node = mapping(self.source, part.values["outputs"], at=at, what="outputs")
        if not node.values:
            raise self.source.error(
                at, "outputs is an empty mapping", expected=f"some of: {listed(self.names)}"
            )
        said: Said = {}
        for name, value, key_at, value_at in pairs(node):
            if name not in self.names:
                raise self.source.error(
                    key_at,
                    f"{self.of} has no output {name!r}",
                    expected=f"one of: {listed(self.names)}",
                    action=did_you_mean(name, self.names),
                )
            what = f"the output {name!r}"
            output = mapping(self.source, value, at=value_at, what=what)
            if name != asking:
                required: frozenset[str] = frozenset()
                closed(self.source, output, required=required, optional=OUTPUT_KEYS, what=what)
            said[name] = (self.fields(output), value_at)
        return said
