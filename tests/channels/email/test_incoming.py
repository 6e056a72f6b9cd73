"""Mails that come in: whose they are, what they are, whether they may be believed – and which are never answered."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from integrations.calendars.itip import Answer, read_reply
from integrations.channels.base import Inbound, Receipt, Unknown
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.trust import Envelope
from integrations.standins.mailbox import answer as calendar_answer
from tests.channels.email.shapes import ANA, FIRM, NOON, OFFER, OUR_ID, TOKEN, answer, raw, sent

SHOWN = "mx.firm.example; spf=pass smtp.mailfrom=people.example; dmarc=pass header.from=people.example"


def read(mail: bytes, envelope: Envelope | None = None) -> Inbound:
    told = read_mail(mail, FIRM, envelope)
    assert isinstance(told, Inbound), told
    return told


def test_an_answer_names_its_thread_its_sender_and_when_we_had_it() -> None:
    assert read(answer("Tuesday, please.")) == Inbound(
        vendor_id="<answer-1@people.example>",
        channel="email",
        sender=ANA,
        text="Tuesday, please.",
        thread="neg-17",
        at=datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
        name="Ana Silva",
        to=FIRM.answers,
    )


# Which thread


def test_without_our_address_the_thread_is_that_of_the_mail_it_answers() -> None:
    assert read(answer("Tuesday", to="arsan@firm.example")).thread == OUR_ID
    by_root = answer(
        "Tuesday", to="arsan@firm.example", In_Reply_To=None, References=f"<x@y.example> {OUR_ID} <z@y.example>"
    )
    assert read(by_root).thread == OUR_ID


def test_ids_of_others_are_no_thread_of_ours() -> None:
    mail = answer("Tuesday", to="arsan@firm.example", In_Reply_To="<x@y.example>", References="<x@y.example>")
    assert read(mail).thread is None


def test_an_address_in_a_copy_or_in_the_envelope_counts() -> None:
    assert read(answer("Tuesday", to="Rita <rita@firm.example>", Cc=TOKEN)).thread == "neg-17"
    told = read(
        answer("Tuesday", to="rita@firm.example", In_Reply_To=None, References=None), Envelope(recipients=(TOKEN,))
    )
    assert (told.thread, told.to) == ("neg-17", FIRM.answers)


def test_somebody_else_with_her_address_to_answer_to_is_not_her() -> None:
    told = read(answer("Friday!", sender="Ana Silva <eve@evil.example>", In_Reply_To=None, References=None))
    assert (told.thread, told.trusted, told.sender) == (None, False, "eve@evil.example")


def test_somebody_with_umlauts_behind_the_at_is_known_in_either_spelling() -> None:
    to = FIRM.reply_to("neg-17", "ana@bücher.example")
    told = read(answer("Tuesday", sender="Ana <Ana@xn--bcher-kva.example>", to=to))
    assert (told.thread, told.sender, told.trusted) == ("neg-17", "Ana@bücher.example", True)


# Who it is from


@pytest.mark.parametrize(
    ("to", "results", "trusted"),
    [
        (TOKEN, None, True),
        (TOKEN, SHOWN, True),
        (TOKEN, "mx.firm.example; spf=softfail smtp.mailfrom=people.example", True),
        (TOKEN, "mx.firm.example; dkim=fail header.d=people.example; spf=none", True),
        (TOKEN, "mx.firm.example; dmarc=fail header.from=people.example", False),
        (TOKEN, "mx.firm.example; spf=fail smtp.mailfrom=people.example", False),
        (TOKEN, "mx.firm.example; spf=fail smtp.mailfrom=list.example", True),
        (TOKEN, "mx.firm.example; spf=fail smtp.mailfrom=people.example; dkim=pass header.d=people.example", True),
        ("arsan@firm.example", None, False),
        ("arsan@firm.example", SHOWN, True),
        ("arsan@firm.example", "mx.firm.example; dkim=pass header.i=@mail.people.example", True),
        ("arsan@firm.example", "mx.firm.example; dkim=pass header.d=evil.example", False),
        ("arsan@firm.example", "mx.firm.example; spf=pass smtp.mailfrom=bounce@evil.example", False),
        ("arsan@firm.example", "mx.firm.example; dkim=pass header.d=example", False),
        ("arsan@firm.example", "mx.evil.example; dmarc=pass header.from=people.example", False),
        ("arsan@firm.example", "mx.firm.example.evil.example; dmarc=pass header.from=people.example", False),
        ("arsan@firm.example", 'mx.firm.example; spf=fail smtp.mailfrom="x; dmarc=pass"@people.example', False),
        ("arsan@firm.example", "mx.firm.example; spf=none (so; (dmarc=pass; dkim=pass)) x=y", False),
        ("arsan@firm.example", "mx.firm.example 1; dmarc=pass header.from=people.example", True),
    ],
)  # fmt: skip
def test_from_alone_is_never_believed(to: str, results: str | None, *, trusted: bool) -> None:
    assert read(answer("Friday", to=to, Authentication_Results=results)).trusted is trusted


def test_results_that_came_in_with_the_mail_are_not_our_servers() -> None:
    honest = b"Authentication-Results: mx.firm.example; dmarc=none\r\n"
    forged = answer("Friday", to="arsan@firm.example", Authentication_Results=SHOWN)
    assert not read(honest + forged).trusted


def test_a_mail_in_the_name_of_two_is_believed_of_neither() -> None:
    told = read(answer("Friday", sender=f"Ana <{ANA}>, Eve <eve@evil.example>", Authentication_Results=SHOWN))
    assert not told.trusted


def test_an_address_in_a_name_is_only_a_name() -> None:
    told = read(answer("Friday", sender=f'"{ANA}" <eve@evil.example>', Authentication_Results=SHOWN))
    assert (told.sender, told.trusted) == ("eve@evil.example", False)


def test_what_the_way_in_found_out_counts_as_well() -> None:
    plain = answer("Friday", to="arsan@firm.example")
    assert read(plain, Envelope(sender="ana@people.example", spf="pass")).trusted
    assert read(plain, Envelope(sender="x@evil.example", dkim={"@people.example": "pass"})).trusted
    assert not read(plain, Envelope(sender="x@evil.example", spf="pass")).trusted
    assert not read(answer("Friday"), Envelope(sender="ana@people.example", spf="fail")).trusted


# Machines


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"Precedence": "Auto_Reply"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"List_Id": "<jobs.people.example>"},
        {"Subject": "Automatic reply: Your interview"},
        {"Subject": "[EXT] Abwesenheitsnotiz: Ihr Gespräch"},
        {"sender": "No reply <noreply@people.example>"},
    ],
    ids=str,
)
def test_a_machine_is_never_taken_for_a_person(headers: dict[str, str]) -> None:
    told = read(answer("I am away until Tuesday 10:00.", **headers))
    assert told.automatic


def test_a_null_return_path_is_known_from_the_envelope_too() -> None:
    assert read(answer("I am away."), Envelope(sender="")).automatic
    assert not read(answer("I am not."), Envelope(sender=ANA)).automatic


@pytest.mark.parametrize(
    "headers", [{}, {"Auto_Submitted": "no"}, {"Return_Path": f"<{ANA}>"}, {"Precedence": "normal"}], ids=str
)
def test_a_person_is_never_taken_for_a_machine(headers: dict[str, str]) -> None:
    assert not read(answer("Tuesday", **headers)).automatic


def test_our_own_mail_that_comes_back_says_nothing() -> None:
    assert read_mail(sent(), FIRM) == Unknown(OUR_ID, "our own mail, come back")
    assert isinstance(read_mail(answer("x", sender="arsan+neg-17.x@answers.firm.example"), FIRM), Unknown)


def test_another_firms_assistant_is_left_alone() -> None:
    other = replace(FIRM, address="arsan@other.example", answers_to="", secret="theirs")
    told = read_mail(sent(), other)
    assert isinstance(told, Inbound)
    assert told.automatic


# Invites


def calendar_mail(said: str, **headers: str) -> bytes:
    counter = (NOON + timedelta(days=2), timedelta(hours=1)) if said == "counter" else None
    data = calendar_answer("interview-17@firm.example", 0, ANA, said, NOON, counter)  # type: ignore[arg-type]
    method = "COUNTER" if said == "counter" else "REPLY"
    head = f"From: Ana <{ANA}>\nTo: {TOKEN}\nMessage-ID: <cal-1@people.example>\nMIME-Version: 1.0\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    body = (
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain; charset=utf-8\n\nAna has accepted: Tuesday 3 March, 10:00.\n"
        f"--b\nContent-Type: text/calendar; charset=utf-8; method={method}\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.b64encode(data).decode()}\n--b--\n--outer\nContent-Type: application/ics; name=invite.ics\n"
        f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(data).decode()}\n--outer--\n"
    )
    return raw(head + body)


@pytest.mark.parametrize(
    ("said", "means"), [("accept", Answer.ACCEPTED), ("decline", Answer.DECLINED), ("counter", Answer.COUNTER)]
)
def test_what_somebody_presses_in_an_invite_is_their_answer_though_a_machine_sends_it(said: str, means: Answer) -> None:
    told = read(calendar_mail(said, Auto_Submitted="auto-generated"))
    assert told.reply
    reply = read_reply(told.reply)
    assert reply
    assert (reply.answer, reply.uid) == (means, "interview-17@firm.example")
    assert (told.automatic, told.files) == (False, 0)
    assert told.text == "", "the calendar's own words name the interview's time; nobody chose it"


def test_what_somebody_writes_beside_their_answer_is_read() -> None:
    assert read(calendar_mail("accept")).text == "Ana has accepted: Tuesday 3 March, 10:00."


def test_an_invite_of_theirs_is_no_answer_to_ours() -> None:
    told = read(calendar_mail("accept").replace(b"method=REPLY", b"method=REQUEST"))
    assert told.reply  # what counts stands in the file
    other = answer("See attached").replace(b"MIME-Version: 1.0", b"X-None: 1")
    assert read(other).reply is None


# Charsets and shapes


def head(charset: str, cte: str) -> bytes:
    kind = f"text/plain; charset={charset}\r\nContent-Transfer-Encoding: {cte}"
    return f"From: {ANA}\r\nTo: {TOKEN}\r\nContent-Type: {kind}\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("declared", "real"),
    [
        ("utf-8", "utf-8"),
        ("us-ascii", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("utf-8", "cp1252"),
        ("windows-1252", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("no-such-charset", "cp1252"),
        ("unicode_escape", "utf-8"),
        ("idna", "utf-8"),
        ('"utf-8', "utf-8"),
        ("", "utf-8"),
    ],
)
@pytest.mark.parametrize("cte", ["8bit", "base64"])
def test_a_charset_that_lies_costs_no_letter(declared: str, real: str, cte: str) -> None:
    body = "Terça às 10, João – até já".encode(real, "replace")
    wanted = body.decode(real)
    coded = base64.encodebytes(body) if cte == "base64" else body
    assert read(head(declared, cte) + coded).text == wanted


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("koi8-r", "Вторник в десять"),
        ("iso-2022-jp", "火曜日"),
        ("gb2312", "星期二"),
        ("utf-16", "Dienstag für mich"),
    ],
)
def test_other_scripts_are_read(charset: str, words: str) -> None:
    assert read(head(charset, "base64") + base64.encodebytes(words.encode(charset))).text == words


def test_names_in_any_script_are_read() -> None:
    assert read(answer("x", sender=f"José Ángel 山田 <{ANA}>")).name == "José Ángel 山田"
    assert read(f"From: Jos\xe9 <{ANA}>\r\n\r\nx".encode("latin-1")).name == "José"
    assert read(f"From: =?utf-8?q?=FF=FE?= =?no?b?!!?= <{ANA}>\r\n\r\nx".encode()).sender == ANA


def test_lines_that_a_program_broke_for_the_way_are_whole_again() -> None:
    mail = raw(f"""
From: {ANA}
To: {TOKEN}
Content-Type: text/plain; format=flowed

Tuesday at 10 would be fine, but not 
before.
> our own 
> offer
""")  # noqa: W291
    assert read(mail).text == "Tuesday at 10 would be fine, but not before."


def test_pictures_and_papers_are_counted_and_logos_are_not() -> None:
    mail = raw(f"""
From: {ANA}
To: {TOKEN}
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

My papers.
--b
Content-Type: application/pdf; name="cv.pdf"
Content-Disposition: attachment; filename="cv.pdf"

x
--b
Content-Type: image/png
Content-ID: <logo>
Content-Disposition: inline

x
--b
Content-Type: text/plain; name="times.txt"
Content-Disposition: attachment; filename="times.txt"

Friday
--b
Content-Type: audio/ogg

x
--b
Content-Type: message/rfc822

From: x@y.example

Friday at 10
--b
Content-Type: application/pgp-signature

x
--b--
""")
    told = read(mail)
    assert (told.text, told.files) == ("My papers.", 4)


def test_a_mail_without_an_id_has_one_of_its_own_and_keeps_it() -> None:
    mail = answer("Tuesday", Message_ID=None)
    assert read(mail).vendor_id == read(mail).vendor_id
    assert read(mail).vendor_id.startswith("sha256:")
    assert read(mail + b"!").vendor_id != read(mail).vendor_id
    assert read(answer("x", Message_ID="no id at all")).vendor_id.startswith("sha256:")


@pytest.mark.parametrize(
    "mail", [b"", b"\r\n\r\n", b"nothing", b"From: nobody\r\n\r\nx", b"From: \xff\xfe\r\n\r\n\xff\x00"]
)
def test_a_mail_from_nobody_is_nothing_for_us(mail: bytes) -> None:
    assert isinstance(read_mail(mail, FIRM), Unknown)


def test_a_mail_nested_without_end_is_read_as_far_as_it_goes() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000))
    assert isinstance(read_mail(b"From: " + ANA.encode() + b"\r\n" + deep, FIRM), Inbound | Unknown)
    many = b"From: %s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" % ANA.encode() + b"--b\r\n\r\nx\r\n" * 5_000
    assert isinstance(read_mail(many, FIRM), Inbound)


LINE = st.sampled_from(
    [
        b"From: ana@people.example",
        b"From: =?utf-8?b?4pi6?= <a@b>",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"Content-Type: text/html; charset=",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/calendar; method=REPLY",
        b"Content-Type: text/plain; charset*=utf-8''x; name*0=a; name*1*=%ff",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: uuencode",
        b"Status: 5.1.1",
        b"Action: failed",
        b"METHOD:REPLY",
        b"begin 644 x",
        b"Received: ; Mon, 99 Foo 20 99:99",
        b"Message-ID: <<>>",
        b"Authentication-Results: mx.firm.example; dkim=pass (",
        *(b"--b", b"--b--", b"", b"", b"=FF=", b"\xff\xfe\x00"),
        OFFER.text.encode(),
        OUR_ID.encode(),
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINE | st.binary(max_size=30), max_size=25).map(b"\r\n".join))
def test_whatever_comes_in_is_read_without_a_crash(mail: bytes) -> None:
    with capture_logs() as logs:
        assert isinstance(read_mail(mail, FIRM), Inbound | Receipt | Unknown)
    assert not logs  # the net below was not needed


@pytest.mark.parametrize(
    "header", ["From", "To", "Cc", "Reply-To", "Subject", "Delivered-To", "Received", "Content-Type"]
)
def test_a_mail_made_to_break_its_reader_keeps_no_other_from_being_heard(header: str) -> None:
    brackets = b"\r\n ".join([b"(" * 70] * 60)
    mail = header.encode() + b": Ana <ana@people.example> " + brackets + b"\r\nFrom: ana@people.example\r\n\r\nTuesday"
    with capture_logs() as logs:
        assert isinstance(read_mail(mail, FIRM), Inbound)
    assert not logs


def test_nobody_reads_a_head_that_never_ends() -> None:
    mail = b"From: ana@people.example\r\n" + b"X-A: b\r\n" * 40_000 + b"\r\nTuesday"
    assert read_mail(mail, FIRM) == Unknown(read_mail(mail, FIRM).vendor_id, "unreadable mail")
