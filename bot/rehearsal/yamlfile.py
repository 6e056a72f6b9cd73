"""A YAML file read so that every fault can be told with its line, and every word stays as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import yaml


class Fault(Exception):
    """The file is not valid: the line (0: the whole file), and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}" if line else why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Word:
    """A scalar. `2`, `yes` and `2026-03-02` are what was typed, never a number, a truth or a date."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    values: tuple[Value, ...]
    line: int

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values)


@dataclass(frozen=True, slots=True)
class Fields:
    values: dict[str, Value]
    line: int

    def only(self, *known: str) -> None:
        """Raises Fault at the first key that nobody reads."""
        for key, value in self.values.items():
            if key not in known:
                raise Fault(value.line, f"{key!r} is not known here{suggestion(key, known)}")

    def word(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key)
        if value is None:
            if default is None:
                raise Fault(self.line, f"{key!r} is missing")
            return default
        return word(value, key)

    def words(self, key: str) -> tuple[str, ...] | None:
        value = self.values.get(key)
        if value is None:
            return None
        return tuple(word(each, key) for each in items(value, key))

    def line_of(self, key: str) -> int:
        return self.values[key].line if key in self.values else self.line


Value = Word | Items | Fields


def read(path: Path) -> Fields:
    """The file as Fields. Raises Fault, also where it is no YAML or cannot be opened."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not written in UTF-8"
        raise Fault(0, f"cannot be read: {reason}") from error
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Fault(line, f"this is not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Fault(0, f"this is not YAML: {error}") from error
    if node is None:
        raise Fault(1, "the file is empty")
    return fields(_value(node, set()), "the file")


def fields(value: Value, what: str) -> Fields:
    if isinstance(value, Fields):
        return value
    raise Fault(value.line, f"{what} needs names and values, such as {{name: Ana}}")


def items(value: Value, what: str) -> Items:
    if isinstance(value, Items):
        return value
    raise Fault(value.line, f"{what} needs a list, such as [a, b]")


def word(value: Value, what: str) -> str:
    if isinstance(value, Word):
        return value.text
    raise Fault(value.line, f"{what} needs a single value")


def section(top: Fields, name: str) -> Fields:
    value = top.values.get(name)
    if value is None or (isinstance(value, Word) and not value.text):
        return Fields({}, top.line)
    return fields(value, name)


def listed(top: Fields, name: str) -> tuple[Value, ...]:
    value = top.values.get(name)
    if value is None or (isinstance(value, Word) and not value.text):
        return ()
    return items(value, name).values


def instant(value: Value | None, what: str, line: int = 0) -> datetime:
    if value is None:
        raise Fault(line, f"{what!r} is missing")
    text = word(value, what)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(value.line, f"{what} is no instant: {text!r}; write 2026-03-02T09:00:00+01:00") from error
    if found.tzinfo is None:
        raise Fault(value.line, f"{what} needs its offset, such as +01:00: {text!r}")
    return found


def suggestion(said: str, known: Sequence[str]) -> str:
    near = get_close_matches(said, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(known)}"


def _value(node: yaml.Node, above: set[int]) -> Value:
    line = node.start_mark.line + 1
    if id(node) in above:
        raise Fault(line, "this contains itself")
    inside = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_value(each, inside) for each in node.value), line)
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Value] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Fault(key.start_mark.line + 1, "a name must be a plain word")
            if key.value in values:
                raise Fault(key.start_mark.line + 1, f"{key.value!r} stands here twice")
            values[key.value] = _value(value, inside)
        return Fields(values, line)
    return Word(str(node.value), line)
