"""Patterns over pieces: written as one line of words and slots, compiled once into a tree, matched longest first.

half past|after <hour>      a word, or one of two words, then any piece of the kind "hour"
<hour> +pm, <hour> +<minute>  the plus wants no space before the word or the piece; ~<hour> wants one
<weekday> <number> >at      what stands behind ">" has to follow, and stays where it is; >$ is the end of the text
(on the|for)? <ordinal>     a group, here one that may be missing; its bars part whole rows of words
<hour:first> - <hour:last>  slots with names of their own
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from dialogs.understanding.tokens import Piece

_MOST = 2000  # sequences a pattern may stand for: more cost memory and time at the start
_ELEMENT = re.compile(r"\(|\)\??|[+>~]*<[a-z_]+(?::[a-z_]+)?>\??|[^\s()|?]+\??|\||\?")
_SLOT = re.compile(r"([+~]?)<([a-z_]+)(?::([a-z_]+))?>")


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do where a pattern fits: `build` gets the frame, the constants and the slots by name, and gives the
    kinds of the new piece, or None. A slot it does not want has no name."""

    names: tuple[str, ...]
    build: Callable[..., Any]
    constants: Mapping[str, Any]
    order: int
    pattern: str
    ahead: int = 0  # pieces at its end that only have to follow


class _Node:
    """A place in the tree, and what leads on from it: words, and slots by their kind; with a plus before them where no
    space may stand before the piece, a ~ where one has to."""

    __slots__ = ("rules", "slots", "spaced", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = _NOTHING  # most nodes have none of one or the other
        self.slots: dict[str, _Node] = _NOTHING
        self.spaced = False  # whether some slot wants a space before it, or none
        self.rules: tuple[Rule, ...] = ()


_Standing = tuple[_Node, int, tuple[Any, ...]]  # in the tree, in the text, and what the slots hold so far
_NOTHING: dict[str, _Node] = {}


class Match(NamedTuple):
    end: int
    rule: Rule
    values: tuple[Any, ...]

    def named(self) -> dict[str, Any]:
        slots = zip(self.rule.names, self.values, strict=True)
        return {**self.rule.constants, **{name: value for name, value in slots if name}}


class Patterns:
    """A set of patterns that are tried together. Work per piece is bounded by the longest pattern."""

    def __init__(self, spellings: Mapping[str, str]) -> None:
        self._spellings = spellings
        self._root = _Node()
        self._count = 0

    def add(self, pattern: str, build: Callable[..., Any], constants: Mapping[str, Any]) -> None:
        """Raises ValueError for a pattern that stands for too many sequences, or lacks a slot its builder needs."""
        taken, needed = _parameters(build)
        sequences = _expand(pattern)
        if len(sequences) > _MOST:
            raise ValueError(f"{pattern!r} stands for {len(sequences)} sequences, more than {_MOST}: write it as two")
        self._count += 1
        rules: dict[tuple[str, ...], Rule] = {}
        for sequence in sequences:
            node = self._root
            names = []
            inside, ahead = _parted(sequence) if ">" in pattern else (sequence, ())
            for at, element in enumerate((*inside, *ahead)):
                node, name = _step(node, self._spellings.get(element, element))
                if name is not None:
                    names.append(name if at < len(inside) and (taken is None or name in taken) else "")
            if needed and (missing := needed - {*names, *constants}):
                raise ValueError(f"{pattern!r} has no slot for {sorted(missing)}")
            rule = Rule(tuple(names), build, constants, self._count, pattern, len(ahead))
            node.rules += (rules.setdefault((*rule.names, str(rule.ahead)), rule),)

    def compact(self) -> None:
        """Makes one of all branches that are alike, as most patterns end like others. Nothing is added after this."""
        alike: dict[object, _Node] = {}

        def one(node: _Node) -> _Node:
            for children in (node.words, node.slots):
                for label, child in children.items():
                    children[label] = one(child)
            words = tuple(sorted((label, id(child)) for label, child in node.words.items()))
            slots = tuple(sorted((label, id(child)) for label, child in node.slots.items()))
            return alike.setdefault((words, slots, *map(id, node.rules)), node)

        one(self._root)

    def words(self) -> set[str]:
        """Every word that stands literally in some pattern."""
        found: set[str] = set()
        seen: set[int] = set()
        stack = [self._root]
        while stack:
            node = stack.pop()
            if id(node) not in seen:
                seen.add(id(node))
                found.update(word for word in node.words if not word.startswith("+"))
                stack.extend((*node.words.values(), *node.slots.values()))
        return found

    def matches(self, pieces: Sequence[Piece], at: int) -> list[Match]:
        """All patterns that fit from `at` on: longest first, then as written."""
        first = pieces[at]
        if first.word not in self._root.words and self._root.slots.keys().isdisjoint(first.kinds):
            return []
        found: list[Match] = []
        stack: list[_Standing] = [(self._root, at, ())]
        while stack:
            node, here, values = stack.pop()
            if node.rules:
                found += [Match(here - rule.ahead, rule, values) for rule in node.rules]
            if here < len(pieces):
                _follow(node, pieces[here], here + 1, values, stack)
            elif (end := node.words.get("$")) is not None:
                found.extend(Match(here + 1 - rule.ahead, rule, values) for rule in end.rules)
        if len(found) > 1:
            found.sort(key=lambda match: (-match.end - match.rule.ahead, match.rule.order))
        return found


def _follow(node: _Node, piece: Piece, behind: int, values: tuple[Any, ...], stack: list[_Standing]) -> None:
    """Adds where the piece leads from a node: as a word, as a word without space, as a value for a slot. This is where
    reading spends its time."""
    if node.words:
        if (child := node.words.get(piece.word)) is not None:
            stack.append((child, behind, values))
        if piece.glued and (child := node.words.get("+" + piece.word)) is not None:
            stack.append((child, behind, values))
    slots = node.slots
    if slots:
        for kind, value in piece.kinds.items():
            if (child := slots.get(kind)) is not None:
                stack.append((child, behind, (*values, value)))
            if node.spaced and (child := slots.get(("+" if piece.glued else "~") + kind)) is not None:
                stack.append((child, behind, (*values, value)))


Watch = Callable[[Rule, Piece], None]  # told which rule made a piece


def apply(patterns: Patterns, pieces: list[Piece], frame: Any, watch: Watch | None = None) -> list[Piece]:
    """Each longest stretch that fits, and that its builder accepts, becomes one piece."""
    result: list[Piece] = []
    at = 0
    while at < len(pieces):
        built = _first_built(patterns.matches(pieces, at), frame)
        if built is None:
            result.append(pieces[at])
            at += 1
            continue
        match, kinds = built
        first, last = pieces[at], pieces[match.end - 1]
        result.append(Piece("", first.start, last.end, first.glued, kinds))
        if watch is not None:
            watch(match.rule, result[-1])
        at = match.end
    return result


def _first_built(matches: Iterable[Match], frame: Any) -> tuple[Match, dict[str, Any]] | None:
    for match in matches:
        try:
            kinds = match.rule.build(frame, **match.named())
        except (OverflowError, ValueError):  # "in 3000 years": beyond the calendar
            continue
        if kinds is not None:
            return match, kinds
    return None


def _parted(sequence: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a sequence takes up, and what only has to follow it."""
    marked = [at for at, element in enumerate(sequence) if element.startswith(">") and len(element) > 1]
    if not marked:
        return sequence, ()
    if marked != list(range(marked[0], len(sequence))) or not marked[0]:
        raise ValueError(f"what only has to follow stands at the end: {' '.join(sequence)!r}")
    return sequence[: marked[0]], tuple(element[1:] for element in sequence[marked[0] :])


def _step(node: _Node, element: str) -> tuple[_Node, str | None]:
    """The node an element leads to, and the name of the slot if it is one."""
    slot = _slot(element)
    if slot is None:
        if node.words is _NOTHING:
            node.words = {}
        return node.words.get(element) or node.words.setdefault(element, _Node()), None
    if node.slots is _NOTHING:
        node.slots = {}
    kind, name = slot
    node.spaced = node.spaced or kind[0] in "+~"
    return node.slots.get(kind) or node.slots.setdefault(kind, _Node()), name


@functools.cache
def _slot(element: str) -> tuple[str, str] | None:
    """The kind of a slot, with what stands before it, and its name; None for a word."""
    found = _SLOT.fullmatch(element)
    return (found[1] + found[2], found[3] or found[2]) if found else None


@functools.cache  # thousands of patterns share a few hundred builders
def _parameters(build: Callable[..., Any]) -> tuple[frozenset[str] | None, frozenset[str]]:
    """The slots a builder takes, None when it takes whatever there is, and those it can not do without."""
    parameters = list(inspect.signature(build).parameters.values())[1:]
    anything = any(each.kind is each.VAR_KEYWORD for each in parameters)
    named = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
    needed = frozenset(each.name for each in named if each.default is each.empty)
    return None if anything else frozenset(each.name for each in named), needed


def _expand(pattern: str) -> list[tuple[str, ...]]:
    """Every plain sequence a pattern stands for."""
    tokens = _ELEMENT.findall(pattern)
    sequences, rest = _alternatives(tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"a bracket too many in {pattern!r}")
    whole = [each for each in dict.fromkeys(sequences) if each]
    if not whole:
        raise ValueError(f"nothing is left of {pattern!r} when all that is optional is missing")
    return whole


def _alternatives(tokens: list[str], at: int, depth: int = 0) -> tuple[list[tuple[str, ...]], int]:
    """Reads up to the closing bracket. Within brackets a bar parts whole rows of words, outside single words."""
    rows: list[list[list[tuple[str, ...]]]] = [[]]
    while at < len(tokens) and not tokens[at].startswith(")"):
        if tokens[at] == "|" and depth:
            rows.append([])
            at += 1
            continue
        item, at = _item(tokens, at)
        while not depth and at < len(tokens) and tokens[at] == "|":
            other, at = _item(tokens, at + 1)
            item = item + other
        rows[-1].append(item)
    return [sum(parts, ()) for row in rows for parts in product(*row)], at


def _item(tokens: list[str], at: int) -> tuple[list[tuple[str, ...]], int]:
    element = tokens[at]
    if element == "(":
        inner, close = _alternatives(tokens, at + 1, 1)
        if close == len(tokens):
            raise ValueError(f"a bracket stays open in {' '.join(tokens)!r}")
        return inner + [()] * tokens[close].endswith("?"), close + 1
    if element.endswith("?") and len(element) > 1:
        return [(element[:-1],), ()], at + 1
    return [(element,)], at + 1
