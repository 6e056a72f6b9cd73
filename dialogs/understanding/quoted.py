"""What the writer wrote themselves: quoted mail, headers and signatures cut off."""

from __future__ import annotations

import re

# Each is tried on one short line at a time, so none can take long.
_QUOTE = re.compile(r"\s*(>|\|>)")
_SEPARATOR = re.compile(
    r"\s*(-{2,}|_{5,}|\*{5,}|={5,}) *((original|forwarded) (message|appointment|mail))?[ -]*$", re.IGNORECASE
)
_HEADER = re.compile(r"\s*\*?(from|sent|to|cc|subject|date)\*? ?: ?\S", re.IGNORECASE)
_SAYS = "(wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)"
_WROTE = re.compile(r"\s*(on|am|le|el|il|em|op)\b.{0,200}" + _SAYS + r"\W*$", re.IGNORECASE)
_WROTE_END = re.compile(r".{0,200}" + _SAYS + r" ?:\s*$", re.IGNORECASE)
_SENT_FROM = re.compile(r"\s*(sent from my|sent via|get outlook for)\b", re.IGNORECASE)
_LINE = 400  # a longer line is prose


def own_words(text: str) -> str:
    """The text up to the first sign of somebody else's mail, without quoted lines."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(lines):
        if len(line) < _LINE and _ends_here(line, lines, index):
            break
        if not (len(line) < _LINE and _QUOTE.match(line)):
            kept.append(line)
    return "\n".join(kept).strip()


def _ends_here(line: str, lines: list[str], index: int) -> bool:
    if _SEPARATOR.match(line) and line.strip():
        return line.rstrip() == "--" or len(line.strip()) > 4
    if _WROTE.match(line) or _SENT_FROM.match(line):
        return True
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if len(following) < _LINE and line.lstrip().lower().startswith("on ") and _WROTE_END.match(following):
        return True
    return bool(_HEADER.match(line) and _HEADER.match(following) and index > 0)
