"""`askarsan templates`: our texts for after a day of silence, how WhatsApp has decided on each, and handing them in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.effects.approved import drafts
from bot.house import House
from bot.settings.settings import Settings
from bot.terminal.firm import in_house
from bot.terminal.screen import standard_error, standard_output, table
from bot.terminal.trouble import NOT_HELD, Failed, Trouble
from bot.watching.templates import note
from dialogs.approved import Templatebook
from integrations.channels.approvals import Approval, Approvals, Draft, Standings
from integrations.channels.base import ChannelError, Temporary

EVERY = "all"
NOBODY = "No carrier of WhatsApp is set that hands texts in: `askarsan channels set-up whatsapp` leads through Twilio."
MISSING, CHANGED = "missing", "changed"
WORDS = {
    MISSING: "not submitted yet",
    CHANGED: "its words were changed since: submit it again",
    Approval.UNSUBMITTED: "made, but not submitted yet",
    Approval.RECEIVED: "WhatsApp looks at it",
    Approval.PENDING: "WhatsApp looks at it",
    Approval.APPROVED: "approved",
    Approval.REJECTED: "rejected",
    Approval.PAUSED: "paused: people complained of it",
    Approval.DISABLED: "disabled by WhatsApp",
    Approval.UNKNOWN: "stands in a way that is not known here",
}
TO_SUBMIT = frozenset({MISSING, CHANGED, Approval.UNSUBMITTED.value})


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    language: str
    version: str
    stands: str
    reason: str  # why it was rejected, in WhatsApp's words
    text: str

    @property
    def in_words(self) -> str:
        return f"{WORDS[self.stands]}: {self.reason}" if self.reason else WORDS[self.stands]


def show_templates(settings: Settings, languages: Sequence[str], *, as_json: bool) -> None:
    async def work(house: House) -> None:
        ours, desk = _drafts(house, languages), house.approvals
        found = await _listed(house, desk) if desk else Standings()
        _show([_shown(draft, found) for draft in ours], as_json=as_json)
        if not desk and not as_json:
            standard_output().print(NOBODY, soft_wrap=True)

    in_house(settings, work)


def submit_templates(settings: Settings, languages: Sequence[str], *, as_json: bool) -> int:
    """0 once WhatsApp has all of them; 1 if something was not taken."""

    async def work(house: House) -> int:
        ours, desk = _drafts(house, languages), _desk(house)
        before = await _listed(house, desk)
        wanting = [draft for draft in ours if _shown(draft, before).stands in TO_SUBMIT]
        refused = [draft for draft in wanting if not await _submitted(desk, draft)]
        found = await _listed(house, desk) if wanting else before
        _show([_shown(draft, found) for draft in ours], as_json=as_json)
        if not as_json:
            standard_output().print(f"\n{len(wanting) - len(refused)} of {len(ours)} were submitted now.")
        return NOT_HELD if refused else 0

    return in_house(settings, work)


async def _submitted(desk: Approvals, draft: Draft) -> bool:
    """False where it was refused; what only does not answer now ends the command. Raises Failed."""
    try:
        await desk.submit(draft)
    except Temporary as error:
        raise Failed(f"{error} What was submitted before it stays so: try again in a while.") from error
    except (ChannelError, ValueError) as error:
        standard_error().print(f"{draft.name} in {draft.language} was not taken: {error}", style="red")
        return False
    return True


def _desk(house: House) -> Approvals:
    if house.approvals is None:
        raise Trouble(NOBODY)
    return house.approvals


def _drafts(house: House, languages: Sequence[str]) -> list[Draft]:
    """What this firm can come to send. Without a language named, in its own."""
    book = Templatebook.load()
    wanted = list(book.languages) if EVERY in languages else list(languages)
    if unknown := [each for each in wanted if each not in book.languages]:
        raise Trouble(f"There are no texts in {unknown[0]}; there are {', '.join(book.languages)}, or all.")
    own = book.tongues(house.firm.language, house.firm.language)[:1]
    return [draft for each in wanted or own for draft in drafts(book, each, house.rules.offer_size)]


async def _listed(house: House, desk: Approvals) -> Standings:
    """As the vendor has them now; the assistant knows it from now on too."""
    try:
        found = await desk.list()
    except ChannelError as error:
        raise Failed(f"{error} `askarsan --debug templates` shows more.") from error
    await note(house, found)
    return found


def _shown(draft: Draft, found: Standings) -> Shown:
    now, older = found.of(draft), found.older(draft)
    stands = now.approval.value if now else CHANGED if older else MISSING
    return Shown(*draft.mark, stands, now.reason if now else "", draft.filled(draft.samples) or draft.body)


def _show(shown: Sequence[Shown], *, as_json: bool) -> None:
    console = standard_output()
    if as_json:
        console.print_json(json.dumps([asdict(each) for each in shown], ensure_ascii=False))
        return
    rows = ([each.name, each.language, each.in_words, _opening(each.text)] for each in shown)
    console.print(table(["Text", "Language", "How it stands", "As a reviewer reads it"], rows))
    many = Counter(each.stands for each in shown)
    console.print(f"\n{many[Approval.APPROVED.value]} of {len(shown)} may be sent. `--json` has each whole.")
    if any(each.stands in TO_SUBMIT for each in shown):
        console.print("`askarsan templates submit` submits what is not there yet.")


def _opening(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59].rstrip()}…"
