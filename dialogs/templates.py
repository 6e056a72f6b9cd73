"""Templates that can do nothing but write: Jinja in a cage, with our ways to write times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined, meta, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dialogs.reader import Reader

# The Reader travels in the context under a name no field can have.
READER = "the reader"

# Jinja's own filters that only choose or write. Left out is what pads, repeats or goes looking: `center`, `indent`,
# `format`, `attr`, `random` and their kind.
PLAIN_FILTERS = frozenset(
    {
        *(
            "abs",
            "capitalize",
            "count",
            "d",
            "default",
            "e",
            "escape",
            "first",
            "groupby",
            "int",
            "items",
            "join",
            "last",
        ),
        *("length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select"),
        *("selectattr", "sort", "string", "sum", "title", "trim", "truncate", "unique", "upper"),
    }
)
PLAIN_STRING_METHODS = frozenset({"capitalize", "endswith", "lower", "split", "startswith", "strip", "title", "upper"})


class Cage(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, and shut where that one lets a short template make a text of a gigabyte."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        # Nothing is escaped here: these are plain texts, and what shows them as HTML escapes them itself.
        super().__init__(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
        self.globals.clear()
        self.filters = {name: work for name, work in self.filters.items() if name in PLAIN_FILTERS}
        self.filters.update(
            when=_filter(Reader.when),
            day=_filter(Reader.day),
            slot=_filter(Reader.slot),
            short=_filter(Reader.short),
            clock=_filter(Reader.clock),
            window=_filter(Reader.window),
            listing=_filter(Reader.listing),
            zone=_filter(Reader.zone_name),
        )

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"{operator} is not for templates: count before, write here")

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` is no safer for being wrapped: it pads to any width. It goes the way of other attributes."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str | bytes):
            return attr in PLAIN_STRING_METHODS
        return super().is_safe_attribute(obj, attr, value)

    def fields_of(self, source: str) -> set[str]:
        """The names a template expects from outside; TemplateSyntaxError if it is no template."""
        return meta.find_undeclared_variables(self.parse(source))


def render(template: Template, fields: Mapping[str, object], reader: Reader) -> str:
    """The text, tidied: no blank at a line's ends, one between words, at most one empty line."""
    # Babel's thin and hard spaces would turn a cheap SMS into three: they are written as plain ones.
    text = re.sub(r"[ \t\u00a0\u202f\u2009]+", " ", template.render({**fields, READER: reader}))
    text = re.sub(r" ?(\r\n|\r|\n) ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _filter(write: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def filtered(context: Context, value: object, *options: object) -> str:
        if isinstance(value, Undefined):
            str(value)  # raises, with the name that is missing
        return write(context[READER], value, *options)

    return filtered
