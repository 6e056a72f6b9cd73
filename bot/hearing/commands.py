"""A recruiter's words to commands: the short form (`move Ana Silva to Thursday`) and plain sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.pressing import TaskPress
from bot.verbs import Verb

Outcome = Literal["passed", "rejected", "no_show"]


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked, in the recruiter's own words; whom and what those name is looked up later.

    `about` begins with the candidate's name. Where the words may go on behind it (`called Ana left a message`), only
    the look-up knows where the name ends.
    """

    verb: Verb
    about: str = ""
    negotiation: str = ""  # whose card was pressed: then nobody need be named
    words: str = ""
    job: str = ""
    company: str = ""
    host: str = ""  # "me", or a name
    round: int | None = None
    minutes: int | None = None
    mode: str | None = None
    candidate_first: bool = False
    outcome: Outcome | None = None
    task: TaskPress | None = None  # what was pressed on a task
    sender: str = ""  # who wrote and is not known: `#7`, or an address; empty: the only one there is
    sure: bool = False  # said again, having been asked


_POLITE = re.compile(
    r"^(?:(?:please|pls|hey|hi|ok|okay|arsan|askarsan|can you|could you|would you)\b[,!:]?\s*)+", re.IGNORECASE
)
_ENDING = re.compile(r"(?:[\s,]+(?:please|pls|thanks|thank you))*[\s.!?]*$", re.IGNORECASE)
_OF = r"(?:(?:the\s+|an?\s+)?interview\s+(?:of|with|for)\s+)?"
_ALL = _OF + r"(?P<about>.+)"
_WHO = _OF + r"(?P<about>.+?)"
# "Back on Monday" is about the recruiter's own hours.
_WHEN = r"(?:on|at|from|in|again|today|tomorrow|next|this|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"

_WHICH = r"(?:(?P<sender>#\d+|\+\d[\d ]{4,}\d|[^\s@]+@[^\s@]+)|that|this|it|them|him|her)"
_IS = rf"{_WHICH}(?:['’]s|\s+is|\s+was)"
# A name begins with a capital: "that is fine" is none.
_NAME = r"(?P<about>(?-i:(?![\sa-zà-öø-ÿ\d])).+)"

# The short form first; then how people say it. `about` is the candidate, perhaps with "at Acme" behind.
_FORMS: tuple[tuple[Verb, str], ...] = (
    (Verb.SCHEDULE, rf"(?:schedule|book|arrange|set up|plan|organi[sz]e)\s+{_ALL}"),
    (Verb.MOVE, rf"(?:move|reschedule|postpone|shift)\s+{_WHO}(?:\s+to\s+(?P<words>.+))?"),
    (Verb.CANCEL, rf"(?:cancel|call off)\s+{_WHO}(?:[\s,:]+(?:because|since|as)\s+(?P<words>.+))?"),
    (
        Verb.OUTCOME,
        rf"outcome\s+(?:(?:of|for)\s+)?{_WHO}[\s:]+(?P<outcome>passed|rejected|no[-_ ]?show)\b[\s:,–-]*(?P<words>.*)",
    ),
    (Verb.OUTCOME, rf"{_WHO}\s+(?:has\s+)?(?P<outcome>passed)(?:\s+(?:the\s+)?(?:interview|round.*))?"),
    (Verb.OUTCOME, rf"{_WHO}\s+(?:was|is|got|has been)\s+(?P<outcome>rejected)"),
    (Verb.OUTCOME, rf"{_WHO}\s+was\s+a\s+(?P<outcome>no[-_ ]?show)"),
    (Verb.OUTCOME, rf"{_WHO}\s+(?P<absent>did\s?n[o']t\s+(?:show|turn|come)(?:\s+up)?)"),
    (Verb.TAKE, rf"take\s+(?:over\s+)?{_WHO}(?:\s+over)?"),
    (Verb.TAKE, rf"i(?:'ll|\s+will)\s+take\s+(?:over\s+)?{_WHO}(?:\s+over)?(?:\s+from here)?"),
    (Verb.BACK, rf"(?:back(?!\s+{_WHEN})|give back|hand back)\s+{_ALL}"),
    (Verb.BACK, rf"(?:hand|give|take)\s+{_WHO}\s+back"),
    (Verb.SAY, r"(?:say|tell)\s+(?:to\s+)?(?P<about>[^:]+?)\s*:\s*(?P<words>.+)"),
    (Verb.PAUSE, rf"(?:pause|hold)\s+{_ALL}"),
    (Verb.RESUME, rf"(?:resume|unpause|continue with)\s+{_ALL}"),
    (Verb.CALLED, r"(?:i\s+)?called\s+(?P<about>.+)"),
    (
        Verb.WAITING,
        r"waiting|who (?:are|do) we (?:wait|waiting) for|(?:what|who)(?: is| are|'s) (?:open|waiting)",
    ),
    (Verb.TODAY, r"today|what(?:'s| is)(?: on)? today|(?:today's )?(?:agenda|interviews)(?: (?:for )?today)?"),
    (Verb.HOURS, r"(?:my\s+)?hours\b[\s:]+(?P<words>.+)"),
    (Verb.INBOX, r"(?:the\s+)?inbox|who(?:\s+else)?\s+wrote|strangers"),
    (Verb.ADD, rf"{_IS}\s+(?:somebody|someone)\s+new(?:[\s:,–-]+{_NAME})?"),
    (Verb.KNOWN, rf"{_IS}\s+(?:(?P<sure>surely)\s+)?{_NAME}"),
    (Verb.ADD, rf"add\s+{_WHICH}(?:\s+as)?\s+{_NAME}"),
    (Verb.KNOWN, rf"known\s+{_WHICH}(?:\s+(?:as|is))?\s+{_NAME}"),
    (Verb.IGNORE, rf"ignore\s+{_WHICH}"),
    (Verb.ANSWERED, rf"(?:i(?:\s+have|['’]ve)?\s+)?answered\s+{_WHICH}"),
    (Verb.OPT_OUT, rf"opt[- ]?out\s+{_ALL}"),
    (Verb.OPT_OUT, rf"opt\s+{_WHO}\s+out"),
    (Verb.OPT_OUT, rf"(?:never|do\s+not|don['’]?t)\s+(?:ever\s+)?write\s+to\s+{_WHO}(?:\s+(?:again|any\s?more))?"),
    (Verb.OPT_OUT, rf"{_WHO}\s+wants\s+no\s+(?:more\s+)?messages(?:\s+any\s?more)?"),
    (Verb.OPT_OUT, rf"{_WHO}\s+asked\s+(?:never\s+to\s+be\s+written\s+to|to\s+be\s+left\s+alone)(?:\s+again)?"),
    (Verb.OPT_IN, rf"opt[- ]?in\s+{_ALL}"),
    (Verb.OPT_IN, rf"opt\s+{_WHO}\s+(?:back\s+)?in(?:\s+again)?"),
    (Verb.UNDO, r"undo(?: that| it| the last(?: one)?)?"),
    (Verb.HELP, r"help|what can you do|commands|\?"),
    (Verb.STATUS, r"status(?:\s+(?:of|for)?\s*(?P<about>.+))?"),
    (Verb.STATUS, rf"what(?:'s| is) (?:the )?(?:status|news) (?:of|on|with|for)\s+{_ALL}"),
    (Verb.STATUS, rf"(?:how is it going with|where (?:are we|do we stand) with)\s+{_ALL}"),
)
FORMS = tuple((verb, re.compile(form, re.IGNORECASE | re.DOTALL)) for verb, form in _FORMS)


def parse(text: str) -> Command | None:
    """The command a recruiter gave, or None if it is none. `/arsan` and courtesies are left aside."""
    said = re.sub(r"^\s*(?:<@\w+>|/?@?arsan|/?askarsan)\b[:,]?\s*", "", text.strip(), flags=re.IGNORECASE)
    said = _POLITE.sub("", said).strip()
    tidy = _ENDING.sub("", said) or said
    for verb, form in FORMS:
        # What is to be said goes out as it was written, full stop and all.
        found = form.fullmatch(said if verb is Verb.SAY else tidy)
        if found:
            return _command(verb, {name: value or "" for name, value in found.groupdict().items()})
    # `move` alone is a command that lacks its candidate.
    return Command(Verb(tidy.lower())) if tidy.lower() in set(Verb) else None


def _command(verb: Verb, found: Mapping[str, str]) -> Command:
    about = _name(found.get("about", ""))
    if verb is Verb.SCHEDULE:
        return _schedule(about)
    if verb is Verb.OUTCOME:
        outcome = _outcome(found.get("outcome", ""))
        return Command(verb, about, words=found.get("words", "").strip(), outcome=outcome)
    sender, sure = found.get("sender", "").replace(" ", ""), bool(found.get("sure"))
    return Command(verb, about, words=found.get("words", "").strip(), sender=sender, sure=sure)


def _outcome(said: str) -> Outcome:
    match said.lower():
        case "passed":
            return "passed"
        case "rejected":
            return "rejected"
        case _:
            return "no_show"


_CLAUSES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"[\s,]+{clause}(?=[\s,]|$)", re.IGNORECASE)
    for name, clause in {
        "first": r"(?:the\s+)?candidate\s+first",
        "round": r"(?:(?:in|as)\s+)?(?:the\s+)?round\s+(\d+)",
        "minutes": r"(?:for\s+)?(\d{1,3})\s*(?:min|mins|minutes)",
        "mode": r"(?:(?:by|on the|on|via|as an?|as)\s+)?(video|phone|on-?site|in person)(?:\s+(?:call|interview))?",
    }.items()
}


def _schedule(said: str) -> Command:
    """`CANDIDATE for JOB [at COMPANY] [with PERSON|me] [round N] [MINUTES min] [MODE] [candidate first]`."""
    clauses: dict[str, str] = {}
    for name, clause in _CLAUSES.items():
        if found := clause.search(said):
            clauses[name] = (found[1] if found.groups() else found[0]).lower()
            said = said[: found.start()] + said[found.end() :]
    named = _segments(said)
    mode = clauses.get("mode", "").replace("-", "").replace("in person", "onsite")
    return Command(
        Verb.SCHEDULE,
        _name(named[""]),
        job=re.sub(r"^(?:the|a|an)\s+|\s+(?:role|job|position)$", "", named.get("for", ""), flags=re.IGNORECASE),
        company=named.get("at", ""),
        host=named.get("with", ""),
        round=int(clauses["round"]) if "round" in clauses else None,
        minutes=int(clauses["minutes"]) if "minutes" in clauses else None,
        mode=mode or None,
        candidate_first="first" in clauses,
    )


def _segments(said: str) -> dict[str, str]:
    """What follows each of for, at and with, in any order; what comes first stands under the empty word."""
    first, *rest = re.split(r"\s+(for|at|with)\s+", said, flags=re.IGNORECASE)
    found = {"": first.strip()}
    for word, text in zip((each.lower() for each in rest[::2]), rest[1::2], strict=True):
        if word in found and "for" in found:
            # "for Editor at Large at Acme": only the last one names the company.
            found["for"] = f"{found['for']} {word} {found.pop(word)}"
        found[word] = text.strip(" ,")
    return found


def _name(about: str) -> str:
    """ "Ana Silva's interview" is about Ana Silva."""
    return re.sub(r"(?:['’]s)?\s+(?:interview|thread)$|['’]s$", "", about.strip(), flags=re.IGNORECASE).strip(" ,")
