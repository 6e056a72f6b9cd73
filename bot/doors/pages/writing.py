"""Data become HTML: our own templates, which escape everything, and the files they need."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(str(files("bot.doors.pages")))
TYPES: Mapping[str, str] = {
    "pages.css": "text/css; charset=utf-8",
    "pages.js": "text/javascript; charset=utf-8",
    "htmx.js": "text/javascript; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    type: str
    content: bytes
    packed: bytes  # gzip
    version: str  # stands in its address, so that it may be kept for ever


@cache
def file(name: str) -> File | None:
    return packed(HERE / "static" / name, TYPES[name]) if name in TYPES else None


def packed(path: Path, type: str) -> File:
    content = path.read_bytes()
    version = hashlib.sha256(content).hexdigest()[:12]
    return File(type, content, gzip.compress(content, mtime=0), version)


def html(template: str, root: str, fields: Mapping[str, object]) -> str:
    """`root`: the path under which people find us, without a slash at the end."""
    return _environment().get_template(template).render({**fields, "root": root, "static": _static(root)})


def _static(root: str) -> Mapping[str, str]:
    addresses = {}
    for name in TYPES:
        found = file(name)
        assert found
        addresses[name.replace(".", "_")] = f"{root}/p/static/{found.version}/{name}"
    return addresses


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return environment(HERE / "templates")


def environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """Fills in the templates of this folder: everything is escaped, and a gap is an error."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
