"""What holds for any text whatever."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogs.scheduling.intervals import intersection, union
from dialogs.understanding import Act, Context, Stage, Understanding, understand
from dialogs.understanding.datafiles import codes
from dialogs.understanding.language import language
from dialogs.understanding.tokens import plain, tokenize
from tests.understanding.sentences import sentences

WORDS = [word for code in codes() for word in sorted(language(code).known)]
SIGNS = [
    "\n",
    ".",
    ",",
    "?",
    "!",
    "-",
    ":",
    "/",
    "3",
    "10",
    "15",
    "2026",
    "1430",
    "3pm",
    "👍",
    "#2",
    "@",
    "(",
    "'",
    "  ",
]
SAID = [sentence.text for code in codes() for sentence in sentences(code)]


def _naive(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


contexts = st.builds(
    Context,
    now=st.datetimes(_naive(2024), _naive(2032), timezones=st.just(UTC)),
    timezone=st.sampled_from([ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Pacific/Apia", "UTC")]),
    locale=st.sampled_from([None, "en-US", "en-GB", "xx", "", *codes()]),
    offers=st.lists(st.datetimes(_naive(2026), _naive(2027), timezones=st.just(UTC)), max_size=4, unique=True).map(
        tuple
    ),
    minutes=st.sampled_from([15, 45, 60]),
    stage=st.sampled_from(Stage),
)
chat = st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=25).map(" ".join)
mutated = st.builds(
    lambda text, at, piece: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) :],
    st.sampled_from(SAID),
    st.integers(0, 200),
    st.sampled_from([*SIGNS, *WORDS]),
)
texts = st.one_of(st.text(max_size=200), chat, mutated)


@settings(max_examples=400, deadline=None)
@given(texts, contexts)
@example("on 99999999999999999999 at 99:99", Context(datetime(2026, 3, 4, 10, tzinfo=UTC), ZoneInfo("UTC")))
@example("in 4999 years", Context(datetime(2026, 3, 4, 10, tzinfo=UTC), ZoneInfo("UTC")))
@example("٣ pm ²³ ½ hour", Context(datetime(2026, 3, 4, 10, tzinfo=UTC), ZoneInfo("UTC")))
def test_any_text_has_a_sound_meaning(text: str, context: Context) -> None:
    got = understand(text, context)
    assert got == understand(text, context)
    _is_sound(got, context)


def _is_sound(got: Understanding, context: Context) -> None:
    assert got.acts
    assert len(set(got.acts)) == len(got.acts)
    assert 0 <= got.confidence <= 1
    for intervals in (got.windows, got.blocked, got.preferred):
        assert intervals == union(intervals)
    assert not intersection(got.windows, got.blocked)
    assert intersection(got.preferred, got.windows) == got.preferred
    assert all(window.start >= context.now for window in got.windows)
    assert len(set(got.choice)) == len(got.choice)
    assert all(0 <= index < len(context.offers) for index in got.choice)
    assert all(len(doubt.readings) > 1 for doubt in got.ambiguous)
    assert (Act.ASK in got.acts) == bool(got.topics)
    assert got.remind_at is None or got.remind_at > context.now


LINES = {
    "en": "tuesday after 3 or the 5th of may from 2 to 4, not before 11 on mondays. ",
    "de": "dienstag nach 15 uhr oder am 5. mai von 14 bis 16 uhr, montags nicht vor 11. ",
    "fr": "mardi apr\u00e8s 15h ou le 5 mai de 14h \u00e0 16h, pas avant 11h le lundi. ",
    "es": "el martes despu\u00e9s de las 3 o el 5 de mayo de 2 a 4, los lunes no antes de las 11. ",
    "it": "marted\u00ec dopo le 15 o il 5 maggio dalle 14 alle 16, il luned\u00ec non prima delle 11. ",
    "pt": "ter\u00e7a depois das 15h ou dia 5 de maio das 14h \u00e0s 16h, segunda n\u00e3o antes das 11h. ",
    "nl": "dinsdag na 15 uur of op 5 mei van 14 tot 16 uur, maandag niet voor 11 uur. ",
}


@pytest.mark.parametrize("code", codes())
def test_work_grows_no_faster_than_the_text(code: str) -> None:
    """Counted in calls: a text ten times as long takes about ten times as many."""
    context = Context(datetime(2026, 3, 4, 10, tzinfo=UTC), ZoneInfo("UTC"), code)
    line = LINES[code]
    understand(line, context)  # gets the language ready
    short, long = _calls(line * 5, context), _calls(line * 50, context)
    assert long < 12 * short


def _calls(text: str, context: Context) -> int:
    counted = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        understand(text, context)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("text", ["29 March 02:06-03:00", "Sunday 29 March 02:30-03:00", "29 March at 02:30"])
def test_an_hour_that_the_clocks_leave_out_is_no_trouble(text: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    got = understand(text, Context(datetime(2026, 3, 2, 9, tzinfo=berlin), berlin, "en-GB"))
    assert all(window.start < window.end for window in got.windows)


def test_pieces_keep_their_place_in_the_text() -> None:
    text = plain("Tue 3️⃣pm – o’clock")
    assert [text[piece.start : piece.end].lower() for piece in tokenize(text)] == [p.word for p in tokenize(text)]


def test_the_horizon_is_four_weeks() -> None:
    context = Context(datetime(2026, 3, 4, 10, tzinfo=UTC), ZoneInfo("UTC"))
    got = understand("mornings are fine", context)
    assert got.windows[-1].end <= context.now + timedelta(days=29)
