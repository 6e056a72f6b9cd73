"""Block Kit as Slack checks it: every limit, and no field that it has never heard of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.standins.slack.refusing import No

TOGETHER = 13_200
BLOCKS = {"message": 50, "modal": 100, "home": 100}
MARKED, PLAIN = ("plain_text", "mrkdwn"), ("plain_text",)
INLINE = {
    "text": {"text", "style"},
    "link": {"url", "text", "style", "unsafe"},
    "emoji": {"name", "unicode", "style"},
    "user": {"user_id", "style"},
}
SECTIONS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")


class _Bad(Exception):
    """What is wrong with a block, in Slack's manner."""


def check_message(blocks: Any) -> None:
    _check(blocks, "message", "invalid_blocks")
    if len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > TOGETHER:
        raise No("msg_blocks_too_long")


def check_view(view: Any, kind: str) -> None:
    fields = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    if kind == "modal":
        fields |= {"title", "submit", "close", "clear_on_close", "notify_on_close"}
    try:
        _fields(view, fields, {"type", "blocks"})
        _is(view["type"] == kind, f"a view of type {kind} is wanted")
        if kind == "modal":
            _text(view.get("title"), PLAIN, 24)
            for each in ("submit", "close"):
                if each in view:
                    _text(view[each], PLAIN, 24)
            asks = any(isinstance(each, dict) and each.get("type") == "input" for each in view["blocks"])
            _is(not asks or "submit" in view, "missing required field: submit")
        _is(len(view.get("private_metadata", "")) <= 3_000, "private_metadata is too long")
        _is(len(view.get("callback_id", "")) <= 255, "callback_id is too long")
    except _Bad as bad:
        raise No("invalid_arguments", str(bad)) from None
    _check(view["blocks"], kind, "invalid_arguments")


def _check(blocks: Any, place: str, code: str) -> None:
    try:
        _is(isinstance(blocks, list) and len(blocks) <= BLOCKS[place], f"no more than {BLOCKS[place]} items allowed")
        for block in blocks:
            _block(block, place)
        ids = [block["block_id"] for block in blocks if "block_id" in block]
        _is(len(ids) == len(set(ids)), "block_id must be unique")
    except _Bad as bad:
        raise No(code, str(bad)) from None


def _block(block: Any, place: str) -> None:
    _is(isinstance(block, dict), "a block must be an object")
    kind = block.get("type")
    _is(kind in _KINDS, f"unsupported type: {kind}")
    _is(kind != "input" or place == "modal", "input is for modals here")
    _is(0 < len(str(block.get("block_id", "x"))) <= 255, "block_id must be 1 to 255 characters")
    _KINDS[str(kind)]({name: value for name, value in block.items() if name != "block_id"})


def _header(block: Mapping[str, Any]) -> None:
    _fields(block, {"type", "text"}, {"text"})
    _text(block["text"], PLAIN, 150)


def _section(block: Mapping[str, Any]) -> None:
    _fields(block, {"type", "text", "fields", "accessory"}, set())
    _is("text" in block or "fields" in block, "missing required field: text or fields")
    if "text" in block:
        _text(block["text"], MARKED, 3_000)
    _is(len(block.get("fields", [])) <= 10, "no more than 10 fields")
    for each in block.get("fields", []):
        _text(each, MARKED, 2_000)
    if "accessory" in block:
        _button(block["accessory"])


def _context(block: Mapping[str, Any]) -> None:
    _fields(block, {"type", "elements"}, {"elements"})
    _is(0 < len(block["elements"]) <= 10, "1 to 10 elements")
    for each in block["elements"]:
        _text(each, MARKED, 3_000)


def _actions(block: Mapping[str, Any]) -> None:
    _fields(block, {"type", "elements"}, {"elements"})
    _is(0 < len(block["elements"]) <= 25, "1 to 25 elements")
    for each in block["elements"]:
        _button(each)
    ids = [each["action_id"] for each in block["elements"]]
    _is(len(ids) == len(set(ids)), "action_id must be unique")


def _button(button: Any) -> None:
    known = {"type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label"}
    _fields(button, known, {"type", "text", "action_id"})
    _is(button["type"] == "button", f"unsupported element: {button['type']}")
    _text(button["text"], PLAIN, 75)
    _is(0 < len(button["action_id"]) <= 255, "action_id must be 1 to 255 characters")
    _is(0 < len(button.get("value", "x")) <= 2_000, "value must be 1 to 2000 characters")
    _is(button.get("style") in (None, "primary", "danger"), "style must be primary or danger")
    if "confirm" in button:
        _confirm(button["confirm"])


def _confirm(confirm: Any) -> None:
    needed = {"title", "text", "confirm", "deny"}
    _fields(confirm, needed | {"style"}, needed)
    _text(confirm["title"], PLAIN, 100)
    _text(confirm["text"], MARKED, 300)
    _text(confirm["confirm"], PLAIN, 30)
    _text(confirm["deny"], PLAIN, 30)


def _rich(block: Mapping[str, Any]) -> None:
    _fields(block, {"type", "elements"}, {"elements"})
    _is(bool(block["elements"]), "missing elements")
    for each in block["elements"]:
        _fields(each, {"type", "elements", "style", "indent", "offset", "border"}, {"type", "elements"})
        _is(each["type"] in SECTIONS, f"unsupported type: {each['type']}")
        for inner in each["elements"]:
            kind = inner.get("type")
            _is(kind in INLINE, f"unsupported element: {kind}")
            _fields(inner, {"type", *INLINE[kind]}, {"type"})
            _is(kind != "text" or bool(inner.get("text")), "must be more than 0 characters")
            _is(kind != "link" or str(inner.get("url", "")).startswith(("https://", "http://")), "invalid url")


def _input(block: Mapping[str, Any]) -> None:
    _fields(block, {"type", "label", "element", "hint", "optional", "dispatch_action"}, {"label", "element"})
    _text(block["label"], PLAIN, 2_000)
    if "hint" in block:
        _text(block["hint"], PLAIN, 2_000)
    element = block["element"]
    _is(isinstance(element, dict) and element.get("type") in _ELEMENTS, "unsupported element")
    _fields(element, {"type", "action_id", "placeholder", *_ELEMENTS[element["type"]]}, {"type", "action_id"})
    _filled_beforehand(element)


_ELEMENTS: dict[str, set[str]] = {
    "plain_text_input": {"multiline", "initial_value", "min_length", "max_length"},
    "static_select": {"options", "initial_option"},
    "datepicker": {"initial_date"},
    "timepicker": {"initial_time", "timezone"},
    "users_select": {"initial_user"},
}


def _filled_beforehand(element: Mapping[str, Any]) -> None:
    match element["type"]:
        case "static_select":
            options = element.get("options") or []
            _is(0 < len(options) <= 100, "1 to 100 options")
            for option in options:
                _fields(option, {"text", "value", "description"}, {"text", "value"})
                _text(option["text"], PLAIN, 75)
                _is(0 < len(option["value"]) <= 150, "value must be 1 to 150 characters")
            _is(element.get("initial_option", options[0]) in options, "initial_option must be one of the options")
        case "plain_text_input":
            _is(0 < element.get("max_length", 3_000) <= 3_000, "max_length must be 1 to 3000")
            _is(len(element.get("initial_value", "")) <= element.get("max_length", 3_000), "initial_value is too long")
        case "datepicker":
            _is(_reads(element.get("initial_date", "2026-01-01"), r"\d{4}-\d\d-\d\d"), "initial_date is YYYY-MM-DD")
        case "timepicker":
            _is(_reads(element.get("initial_time", "00:00"), r"[0-2]\d:[0-5]\d"), "initial_time is HH:mm")
        case "users_select":
            _is(_reads(element.get("initial_user", "U1"), r"[UW][A-Z0-9]+"), "initial_user must be a user")


def _divider(block: Mapping[str, Any]) -> None:
    _fields(block, {"type"}, set())


_KINDS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich,
    "input": _input,
    "divider": _divider,
}


def _text(text: Any, kinds: Sequence[str], most: int) -> None:
    _fields(text, {"type", "text", "emoji", "verbatim"}, {"type", "text"})
    _is(text["type"] in kinds, f"text must be {' or '.join(kinds)}")
    _is(0 < len(text["text"]) <= most, f"must be 1 to {most} characters")


def _fields(thing: Any, known: set[str], needed: set[str]) -> None:
    _is(isinstance(thing, dict), "an object is wanted")
    _is(not set(thing) - known, f"invalid additional property: {', '.join(sorted(set(thing) - known))}")
    _is(not needed - set(thing), f"missing required field: {', '.join(sorted(needed - set(thing)))}")


def _reads(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is(fine: bool, otherwise: str) -> None:
    if not fine:
        raise _Bad(otherwise)
