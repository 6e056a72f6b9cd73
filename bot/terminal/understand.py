"""`askarsan understand`: what somebody wrote, and what it means; one message for a person, or many for a machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal, TextIO
from zoneinfo import ZoneInfo

import structlog
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.terminal.moments import city, dated
from bot.terminal.readings import described
from bot.terminal.screen import clean, standard_output
from bot.terminal.trouble import NOT_HELD, Trouble
from dialogs.scheduling.intervals import Interval
from dialogs.understanding import Context, understand
from dialogs.understanding.meaning import Stage, Understanding
from dialogs.understanding.trace import Trace

if TYPE_CHECKING:
    from bot.terminal.second import Second

log = structlog.get_logger()
_LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch",
}  # fmt: skip
LONGEST_MEETING = 24 * 60


def zone_named(name: str) -> str:
    """The IANA name, in whatever case. Raises ValueError with the nearest ones."""
    try:
        return ZoneInfo(name).key
    except (LookupError, OSError, ValueError):
        from integrations import contact

        return contact.timezone(name)


class Asked(BaseModel):
    """One line: a message, and all a reader may know besides."""

    model_config = ConfigDict(strict=True)

    id: str | int
    text: str
    now: AwareDatetime
    timezone: Annotated[str, AfterValidator(zone_named)]
    locale: str | None = None
    offers: list[AwareDatetime] | None = None
    minutes: Annotated[int, Field(ge=1, le=LONGEST_MEETING)] = 45
    state: Literal["collecting", "offered", "confirmed"] | None = None

    def context(self) -> Context:
        offers = tuple(self.offers or ())
        return Context(
            now=self.now,
            timezone=ZoneInfo(self.timezone),
            locale=self.locale,
            offers=offers,
            minutes=self.minutes,
            stage=Stage(self.state) if self.state else Stage.OFFERED if offers else Stage.COLLECTING,
        )


# Many, for a machine


def understand_lines(given: BinaryIO, out: TextIO, second: Second | None = None) -> int:
    """A JSON object in, a JSON object out, line by line. The exit code: 1 if a line was not valid."""
    code = 0
    for line in given:
        if line.strip():
            answer = _answered(line, second)
            code = NOT_HELD if "error" in answer else code
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            out.flush()
    return code


def _answered(line: bytes, second: Second | None) -> dict[str, Any]:
    try:
        asked = Asked.model_validate_json(line.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        return {"id": _id_of(line), "error": _wrong(error)}
    try:
        context = asked.context()
        meaning = understand(asked.text, context)
        return {"id": asked.id, **_told(meaning, asked.text, context, second)}
    except Exception as error:
        # The lines behind it are as good as they were.
        log.exception("not_understood", id=asked.id)
        return {"id": asked.id, "error": f"this could not be read ({type(error).__name__})"}


def _told(rules: Understanding, text: str, context: Context, second: Second | None) -> dict[str, Any]:
    """Where a model may be asked, also who read it."""
    if second is None:
        return as_json(rules, context.timezone)
    meaning = second(text, context, rules)
    return as_json(meaning, context.timezone) | {"read_by": meaning.read_by}


def _id_of(line: bytes) -> object:
    try:
        return json.loads(line).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None


def _wrong(error: ValidationError) -> str:
    told = (f"{'.'.join(map(str, each['loc']))}: {_plain(each['msg'])}".removeprefix(": ") for each in error.errors())
    return "; ".join(told)


def _plain(message: str) -> str:
    return (
        message.removeprefix("Value error, ").replace("Input should", "should").replace("Field required", "is missing")
    )


def as_json(meaning: Understanding, zone: ZoneInfo) -> dict[str, Any]:
    """As docs/reference and the contract have it: instants with the offset of the writer's zone."""

    def instant(at: datetime) -> str:
        return at.astimezone(zone).isoformat()

    def spans(intervals: Iterable[Interval]) -> list[dict[str, str]]:
        return [{"start": instant(each.start), "end": instant(each.end)} for each in sorted(intervals)]

    return {
        "acts": [act.value for act in meaning.acts],
        "choice": list(meaning.choice),
        "windows": spans(meaning.windows),
        "blocked": spans(meaning.blocked),
        "preferred": spans(meaning.preferred),
        "ambiguous": [
            {"text": each.text, "readings": [instant(at) for at in sorted({r.start for r in each.readings})]}
            for each in meaning.ambiguous
        ],
        "remind_at": instant(meaning.remind_at) if meaning.remind_at else None,
        "topic": meaning.topics[0].value if meaning.topics else None,
        "language": meaning.language,
        "confidence": meaning.confidence,
    }


# One, for a person


@dataclass(frozen=True)
class Situation:
    """What the person at the terminal said about when and where it was written."""

    now: str | None
    timezone: str
    offers: Sequence[str] = ()
    locale: str | None = None
    minutes: int = 45
    state: str | None = None


def understand_one(
    text: str,
    situation: Situation,
    clock_now: datetime,
    *,
    as_data: bool,
    explain: bool,
    second: Second | None = None,
) -> None:
    """Raises Trouble where the situation is none."""
    asked = _asked(text, situation, clock_now)
    context = asked.context()
    trace = Trace() if explain else None
    meaning = understand(text, context, trace)
    if as_data:
        why = {"explained": asdict(trace)} if trace else {}
        sys.stdout.write(json.dumps(_told(meaning, text, context, second) | why, ensure_ascii=False) + "\n")
        return
    meaning = second(text, context, meaning) if second else meaning
    console = standard_output()
    console.print(f"“{clean(text)}”", style="bold", soft_wrap=True)
    console.print(f"written {dated(context.now, context.timezone)} in {city(context.timezone)}\n", style="dim")
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="cyan")
    lines.add_column()
    for label, words in described(meaning, context.timezone, context.offers):
        lines.add_row(label, clean(words))
    console.print(lines)
    if trace:
        _explain(trace, console)


def _explain(trace: Trace, console: Console) -> None:
    """Language, words, rules, phrases and times, in the order in which the reader comes to them."""
    _listed(console, "Languages", [(said, _LANGUAGES.get(code, code)) for code, said in trace.stretches])
    words = [(each.said, f"{'' if each.read_as == each.said.lower() else each.read_as + ': '}{', '.join(each.kinds)}")
             for each in trace.words]  # fmt: skip
    _listed(console, "Words, and what each may be", words)
    steps = [(step.said, f"{step.made}\n  {step.layer}: {step.build}, {step.pattern}") for step in trace.steps]
    _listed(console, "Patterns that fitted, layer after layer", steps)
    _listed(console, "What shows wishes", [(sign.said, sign.name) for sign in trace.signs])
    _listed(console, "What it does", [(phrase.said, phrase.name) for phrase in trace.phrases])
    named = [(each.said, f"{each.meant}: {each.mood}{f' ({each.because})' if each.because else ''}")
             for each in trace.named]  # fmt: skip
    _listed(console, "Times and offers named", named)


def _listed(console: Console, title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    console.print(f"\n{title}", style="bold")
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="cyan", max_width=40)
    lines.add_column()
    for said, meant in rows:
        lines.add_row(Text(clean(said)), Text(clean(meant)))
    console.print(lines)


def _asked(text: str, situation: Situation, clock_now: datetime) -> Asked:
    zone = ZoneInfo(_zone(situation.timezone))
    if situation.state not in (None, *(stage.value for stage in Stage)):
        raise Trouble(f"--state is {situation.state!r}; it must be one of {', '.join(stage.value for stage in Stage)}.")
    return Asked.model_construct(
        id="",
        text=text,
        now=_instant("--now", situation.now, zone) if situation.now else clock_now,
        timezone=zone.key,
        locale=situation.locale,
        offers=[_instant("--offer", each, zone) for each in situation.offers],
        minutes=situation.minutes,
        state=situation.state,
    )


def _zone(name: str) -> str:
    try:
        return zone_named(name)
    except ValueError as error:
        raise Trouble(f"--timezone: {error}") from error


def _instant(option: str, words: str, zone: ZoneInfo) -> datetime:
    """Without an offset it is on the writer's clock."""
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise Trouble(f"{option} is {words!r}; write an instant like 2026-03-02T09:00:00+01:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)
