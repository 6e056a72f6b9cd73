"""A message made to fit: numbered lines for buttons, long texts cut where a reader would pause."""

from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.base import Abilities, Button, Outbound, Unit
from integrations.channels.fitting import labels, length, pieces, plain

OFFER = Outbound(
    key="offer:1",
    to="+351912345678",
    text="Which one suits you?",
    subject="Your interview",
    buttons=(Button("a", "Tue 3 March 10:00"), Button("b", "Wed 4 March 15:00")),
    invite=b"BEGIN:VCALENDAR",
)
LONG = "Which one suits you? Tell me any time.\n\nThe interview takes 45 minutes. It is by video."


def test_buttons_become_numbered_lines_where_a_channel_has_none() -> None:
    sent = plain(OFFER, Abilities())
    assert sent.text == "Which one suits you?\n\n1. Tue 3 March 10:00\n2. Wed 4 March 15:00"
    assert sent.buttons == ()


def test_one_button_too_many_numbers_them_all() -> None:
    assert plain(OFFER, Abilities(buttons=1)).text.endswith("2. Wed 4 March 15:00")


def test_a_text_that_lists_its_choices_is_not_numbered_twice() -> None:
    listed = plain(OFFER, Abilities())
    assert plain(Outbound("k", "to", listed.text, buttons=OFFER.buttons), Abilities()).text == listed.text


def test_a_choice_is_not_taken_for_listed_because_a_longer_number_ends_like_it() -> None:
    text = plain(Outbound("k", "to", "11. Tue", buttons=(Button("a", "Tue"),)), Abilities()).text
    assert text == "11. Tue\n\n1. Tue"


def test_a_channel_that_can_do_it_all_gets_the_message_as_it_is() -> None:
    assert plain(OFFER, Abilities(buttons=3, subject=True, invites=True)) == OFFER


def test_subject_and_invite_are_left_out_where_they_have_no_place() -> None:
    sent = plain(OFFER, Abilities(buttons=3))
    assert (sent.subject, sent.invite, sent.key) == (None, None, OFFER.key)


def test_a_text_that_fits_is_one_piece_whatever_it_is() -> None:
    assert pieces(LONG, Abilities()) == (LONG,)
    assert pieces(LONG, Abilities(max_length=len(LONG))) == (LONG,)


def test_a_long_text_is_cut_between_paragraphs_before_sentences_and_between_sentences_before_words() -> None:
    assert pieces(LONG, Abilities(max_length=60)) == (
        "Which one suits you? Tell me any time.",
        "The interview takes 45 minutes. It is by video.",
    )
    assert pieces("One is here. Two is there too.", Abilities(max_length=20)) == ("One is here.", "Two is there too.")
    assert pieces("no sentence ends here", Abilities(max_length=12)) == ("no sentence", "ends here")
    assert pieces("x" * 25, Abilities(max_length=10)) == ("x" * 10, "x" * 10, "x" * 5)


@given(
    st.text(st.one_of(st.sampled_from("ab .\n!é😀"), st.characters(codec="utf-8")), max_size=120),
    st.integers(4, 40),
    st.sampled_from(Unit),
)
def test_every_piece_fits_and_only_space_is_lost(text: str, most: int, unit: Unit) -> None:
    cut = pieces(text, Abilities(max_length=most, unit=unit))
    assert all(length(piece, unit) <= most for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_label_too_long_ends_in_a_mark_and_no_limit_leaves_it_alone() -> None:
    assert labels(OFFER.buttons, 10) == ("Tue 3 Mar…", "Wed 4 Mar…")
    assert labels(OFFER.buttons, 0) == ("Tue 3 March 10:00", "Wed 4 March 15:00")


def test_labels_that_would_read_alike_once_cut_are_numbered() -> None:
    alike = (Button("a", "Tuesday 3 March 10:00"), Button("b", "Tuesday 3 March 15:00"))
    assert labels(alike, 12) == ("1. Tuesday…", "2. Tuesday…")


@given(st.lists(st.text(min_size=1, max_size=30), max_size=25), st.integers(5, 25))
def test_no_two_labels_ever_read_alike_and_all_fit(words: list[str], most: int) -> None:
    cut = labels([Button(str(number), word) for number, word in enumerate(words)], most)
    assert len(set(cut)) == len(words)
    assert all(len(label) <= most for label in cut)
