"""What leaves as a mail: known again, threaded, quiet, and safe whatever a name or a subject holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.calendars.ics import Guest, Invite, to_ics
from integrations.channels.base import BadAddress, Outbound, Refused
from integrations.channels.email.letter import MESSAGE_ID, letter
from integrations.channels.email.mailbox import LOCAL_PART, Mailbox
from integrations.channels.email.words import FENCE, _texts, around

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = "ana@people.example"
FIRM = Mailbox("arsan@firm.example", "Firm Talent", "a secret", answers_to="arsan@answers.firm.example")
HELLO = Outbound("say:17/email", ANA, "Hi Ana,\n\n1. Tuesday\n2. Wednesday", subject="Your interview", thread="neg-17")
INVITE = to_ics(
    Invite(
        uid="interview-17@firm.example",
        sequence=0,
        method="REQUEST",
        start=NOON + timedelta(days=1),
        end=NOON + timedelta(days=1, hours=1),
        summary="Interview",
        organizer=Guest("Firm Talent", "arsan@firm.example"),
        attendees=(Guest("Ana", ANA),),
        now=NOON,
    )
)


def sent(message: Outbound, mailbox: Mailbox = FIRM) -> EmailMessage:
    """The mail as it arrives at the other end."""
    return message_from_bytes(letter(message, mailbox, NOON).as_bytes(), policy=default)


def shown(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content())


def test_the_same_message_sent_again_is_the_same_mail() -> None:
    first, again, other = sent(HELLO), sent(HELLO), sent(replace(HELLO, key="say:18/email"))
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert MESSAGE_ID.fullmatch(str(first["Message-ID"]))


def test_a_mail_stands_in_its_thread() -> None:
    earlier = (
        "<a@people.example>",
        "sha256:hash-of-a-mail-without-id",
        "<b@firm.example>",
        "<b@firm.example>\r\nBcc: x@y",
    )
    mail = sent(replace(HELLO, answers=earlier))
    assert mail["In-Reply-To"] == "<b@firm.example>"
    assert mail["References"] == "<a@people.example> <b@firm.example>"


def test_a_long_thread_keeps_its_root_and_its_latest() -> None:
    mail = sent(replace(HELLO, answers=tuple(f"<{n}@firm.example>" for n in range(100))))
    named = str(mail["References"]).split()
    assert (named[0], named[-1], len(named)) == ("<0@firm.example>", "<99@firm.example>", 20)


def test_other_machines_are_asked_to_be_quiet() -> None:
    mail = sent(HELLO)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "OOF" in mail["X-Auto-Response-Suppress"]


def test_one_click_ends_it_where_the_link_is_https() -> None:
    mail = sent(replace(HELLO, unsubscribe="https://firm.example/out/abc"))
    assert mail["List-Unsubscribe"] == "<https://firm.example/out/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://firm.example/out/abc" in shown(mail, "plain")
    plain = sent(replace(HELLO, unsubscribe="http://localhost:8000/out/abc"))
    assert plain["List-Unsubscribe"]
    assert plain["List-Unsubscribe-Post"] is None
    assert sent(replace(HELLO, unsubscribe="https://x/ >\r\nBcc: y@z"))["List-Unsubscribe"] is None
    assert sent(HELLO)["List-Unsubscribe"] is None


def test_it_is_the_firm_that_writes() -> None:
    [sender] = sent(HELLO)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Firm Talent", "arsan@firm.example")


@pytest.mark.parametrize("language", sorted(_texts()["answer_above"]))
def test_people_are_told_in_their_language_where_to_answer(language: str) -> None:
    mail = sent(replace(HELLO, language=language))
    words = around("answer_above", language)
    assert words.startswith(FENCE)
    assert shown(mail, "plain").startswith(words)
    html = shown(mail, "html")
    assert html.index(FENCE) < html.index("Hi Ana")
    assert f'lang="{language}"' in html


def test_the_words_around_a_mail_exist_in_every_language_we_write() -> None:
    from dialogs.wording import Phrasebook

    written = {*Phrasebook.load().languages, "pt-br"}
    assert {key: written - set(texts) for key, texts in _texts().items()} == {
        "answer_above": set(),
        "unsubscribe": set(),
    }


def test_text_comes_before_html_and_the_calendar_last_with_its_method() -> None:
    mail = sent(replace(HELLO, invite=INVITE))
    alternative, file = mail.iter_parts()
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    calendar = list(alternative.iter_parts())[-1]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_content() == INVITE
    assert mail["Reply-To"].addresses[0].username.startswith("arsan+neg-17.")


@pytest.mark.parametrize("broken", [b"", b"no calendar", INVITE.replace(b"METHOD:REQUEST\r\n", b"")])
def test_an_invite_that_no_calendar_could_read_goes_nowhere(broken: bytes) -> None:
    with pytest.raises(Refused):
        letter(replace(HELLO, invite=broken), FIRM, NOON)


EVIL = st.text(
    alphabet=st.sampled_from('ab \r\n\x00\x0b\x0c\x1c\x85\u2028\u2029\u202eéÅ日本Ж😀\ud83d:;<>"@,=?_'), max_size=400
)


@settings(deadline=None, max_examples=60)
@given(EVIL, EVIL, st.lists(EVIL, max_size=4))
def test_nothing_from_outside_can_write_a_header(subject: str, name: str, answers: list[str]) -> None:
    message = replace(HELLO, subject=subject, text=name or "Hi", answers=tuple(answers), unsubscribe=subject)
    ours = sent(replace(HELLO, answers=("<a@b.example>",), unsubscribe="https://a.example"))
    mail = sent(message, replace(FIRM, name=name))
    assert set(mail.keys()) <= set(ours.keys())
    assert all(count == 1 for count in map(mail.keys().count, mail.keys()))
    assert [each.addr_spec for each in mail["To"].addresses] == [ANA]
    assert [each.addr_spec for each in mail["From"].addresses] == ["arsan@firm.example"]


@pytest.mark.parametrize(
    "subject", ["Ваше собеседование " * 8, "面接のご案内" * 20, "Rendez-vous 👩‍💻 " * 12, "x" * 500]
)
def test_long_subjects_in_any_script_arrive_whole_on_short_lines(subject: str) -> None:
    mail = letter(replace(HELLO, subject=subject), FIRM, NOON)
    assert max(map(len, mail.as_bytes().splitlines())) <= 998
    assert str(sent(replace(HELLO, subject=subject))["Subject"]) == " ".join(subject.split())[:240].strip()


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@", "ana@people.example\r\nBcc: eve@evil.example", "a b@c.example", "<a@b.example>"]
)
def test_what_is_no_address_is_written_to_by_nobody(address: str) -> None:
    with pytest.raises(BadAddress):
        letter(replace(HELLO, to=address), FIRM, NOON)


def test_an_address_with_umlauts_behind_the_at_goes_out_in_ascii() -> None:
    [to] = sent(replace(HELLO, to="ana@bücher.example"))["To"].addresses
    assert to.addr_spec == "ana@xn--bcher-kva.example"


# Whose answer it is


def answered_to(thread: str, person: str = ANA) -> str:
    return FIRM.reply_to(thread, person)


@given(st.from_regex(r"[A-Za-z0-9_:-]{1,20}", fullmatch=True), st.sampled_from([str.lower, str.upper, str.title, str]))
def test_an_answer_finds_its_thread_however_a_server_writes_the_address(thread: str, fold: type[str]) -> None:
    assert FIRM.thread_of([fold(answered_to(thread))], ANA.upper()) == thread


@given(st.text(max_size=80))
def test_an_address_to_answer_to_is_always_one(thread: str) -> None:
    local, _, host = answered_to(thread).partition("@")
    assert host == "answers.firm.example"
    assert len(local) <= LOCAL_PART
    assert re.fullmatch(r"[a-z0-9+.-]+", local)


@given(st.text(max_size=80))
def test_whatever_address_comes_back_is_read_without_a_crash(local: str) -> None:
    assert FIRM.thread_of([f"arsan+{local}@answers.firm.example"], ANA) is None


def test_nobody_answers_with_the_address_of_somebody_else() -> None:
    assert FIRM.thread_of([answered_to("neg-17")], "eve@evil.example") is None


def test_nobody_moves_their_token_to_another_thread() -> None:
    forged = answered_to("neg-17").replace("neg-17", "neg-18")
    assert FIRM.thread_of([forged], ANA) is None


def test_another_firm_signs_otherwise() -> None:
    other = replace(FIRM, secret="another secret")
    assert other.thread_of([answered_to("neg-17")], ANA) is None
    assert other.ours(FIRM.message_id("say:17")) == ()


def test_our_own_mails_are_known_again_in_any_text() -> None:
    ours = FIRM.message_id("say:17")
    told = f"In-Reply-To: {ours.upper()}\r\n<other@firm.example> {ours} <arsan.{'a' * 32}.{'b' * 8}@firm.example>"
    assert FIRM.ours(told) == (ours,)


def test_a_secret_stands_in_no_repr() -> None:
    assert "a secret" not in repr(FIRM)
    with pytest.raises(ValueError, match="secret"):
        replace(FIRM, secret="")
