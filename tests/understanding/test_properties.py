"""What holds for any text whatever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogs.scheduling.intervals import intersection, union
from dialogs.understanding import Act, Context, Stage, Understanding, understand
from dialogs.understanding.hearing import start
from dialogs.understanding.language import language
from dialogs.understanding.mentions import grow
from dialogs.understanding.patterns import Patterns
from dialogs.understanding.tokens import Piece, plain, tokenize
from dialogs.understanding.values import Frame
from tests.understanding.sentences import sentences

WORDS = sorted(language("en").known)
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
SAID = [sentence.text for sentence in sentences("en")]


def _naive(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


contexts = st.builds(
    Context,
    now=st.datetimes(_naive(2024), _naive(2032), timezones=st.just(UTC)),
    timezone=st.sampled_from([ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Pacific/Apia", "UTC")]),
    locale=st.sampled_from([None, "en-US", "en-GB"]),
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


def test_work_grows_no_faster_than_the_text() -> None:
    """Counted in steps of the matcher: a text ten times as long takes about ten times as many."""
    frame = Frame(_naive(2026))
    line = "tuesday after 3 or the 5th of may from 2 to 4, not before 11 on mondays. "
    short, long = _steps(line * 10, frame), _steps(line * 100, frame)
    assert long < 11 * short


def _steps(text: str, frame: Frame) -> int:
    counted = 0
    matches = Patterns.matches

    def counting(self: Patterns, pieces: list[Piece], at: int) -> object:
        nonlocal counted
        found = matches(self, pieces, at)
        counted += 1 + len(found)
        return found

    Patterns.matches = counting  # type: ignore[assignment,method-assign]
    try:
        grow(start(plain(text), language("en")), language("en"), frame)
    finally:
        Patterns.matches = matches  # type: ignore[method-assign]
    return counted


def test_pieces_keep_their_place_in_the_text() -> None:
    text = plain("Tue 3️⃣pm – o’clock")
    assert [text[piece.start : piece.end].lower() for piece in tokenize(text)] == [p.word for p in tokenize(text)]


def test_the_horizon_is_four_weeks() -> None:
    context = Context(datetime(2026, 3, 4, 10, tzinfo=UTC), ZoneInfo("UTC"))
    got = understand("mornings are fine", context)
    assert got.windows[-1].end <= context.now + timedelta(days=29)
