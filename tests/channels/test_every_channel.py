"""What holds for every channel alike, each over HTTP to its vendor's stand-in: out, and in by the door."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from integrations.channels import base
from integrations.channels.base import BadMessage, BadSignature, Inbound, Knock, Unknown
from integrations.channels.fitting import length, plain
from tests.channels.cases import WORDS, Clock, Place, Served, hello, offer
from tests.channels.places import PLACES
from tests.loopback import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A place is made once for all examples: what the examples draw changes nothing there.
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    everyones = Served(Starlette())
    async with serving(everyones) as everyones.url:
        yield everyones


@pytest_asyncio.fixture(params=PLACES, loop_scope="module")
async def place(request: pytest.FixtureRequest, served: Served) -> AsyncIterator[Place]:
    made = PLACES[request.param](served, Clock())
    await made.open()
    yield made
    await made.close()


# Out


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
async def test_a_text_in_any_script_arrives_as_it_was_written(place: Place, text: str) -> None:
    sent = await place.channel.send(hello(place, text))
    assert [each.text for each in place.arrived()] == [text]
    assert sent.vendor_id


async def test_every_message_has_an_id_of_its_own(place: Place) -> None:
    first = await place.channel.send(hello(place))
    second = await place.channel.send(replace(hello(place), key="hello:2"))
    assert first.vendor_id != second.vendor_id


async def test_choices_arrive_as_buttons_or_as_numbered_lines(place: Place) -> None:
    message = offer(place)
    await place.channel.send(plain(message, place.channel.abilities))
    (shown,) = place.arrived()
    labels = tuple(button.label for button in message.buttons)
    numbered = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    if place.channel.abilities.buttons >= len(labels):
        assert shown.buttons == labels
    else:
        assert [line for line in shown.text.splitlines() if line[:1].isdigit()] == numbered


async def test_more_choices_than_there_are_buttons_are_all_numbered(place: Place) -> None:
    most = place.channel.abilities.buttons
    many = tuple(base.Button(f"b{number}", f"Choice {number}") for number in range(most + 1))
    await place.channel.send(plain(replace(offer(place), buttons=many), place.channel.abilities))
    (shown,) = place.arrived()
    assert shown.buttons == ()
    assert f"{most + 1}. Choice {most}" in shown.text


async def test_labels_too_long_for_a_button_do_not_become_alike(place: Place) -> None:
    abilities = place.channel.abilities
    whole = tuple(f"A conversation with the whole platform team at 1{hour}:00" for hour in range(3))
    buttons = tuple(base.Button(f"b{number}", label) for number, label in enumerate(whole))
    await place.channel.send(plain(replace(offer(place), buttons=buttons), abilities))
    (shown,) = place.arrived()
    if shown.buttons:
        assert len(set(shown.buttons)) == 3
        assert all(len(label) <= (abilities.label or len(whole[0])) for label in shown.buttons)
    else:
        assert all(label in shown.text for label in whole)


@pytest.mark.parametrize("word", ["interview", "réunião", "👋🏽"])
async def test_a_text_too_long_for_one_message_arrives_whole_in_pieces_that_fit(place: Place, word: str) -> None:
    abilities = place.channel.abilities
    most = abilities.max_length or 20_000
    text = f"{word} " * (2 * most // length(f"{word} ", abilities.unit)) + "end."
    sent = await place.channel.send(plain(hello(place, text), abilities))
    shown = place.arrived()
    assert " ".join(each.text.strip() for each in shown) == text
    if abilities.max_length:
        assert len(shown) == 1 + len(sent.also) > 1
        assert all(length(each.text, abilities.unit) <= abilities.max_length for each in shown)


async def test_a_vendor_that_asks_to_wait_is_left_alone_for_as_long(place: Place) -> None:
    place.fail(429, wait=7)
    with pytest.raises(base.Temporary) as caught:
        await place.channel.send(hello(place))
    assert caught.value.retry_after == (timedelta(seconds=7) if place.names_a_wait else None)
    assert not isinstance(caught.value, base.Unanswered)
    assert place.arrived() == []


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_vendor_out_of_order_is_asked_once_and_may_take_it_later(place: Place, status: int) -> None:
    place.fail(status)
    with pytest.raises(base.Temporary):
        await place.channel.send(hello(place))
    assert place.arrived() == [], "nobody repeated it behind our back"
    await place.channel.send(hello(place))
    assert len(place.arrived()) == 1


async def test_an_answer_cut_off_leaves_it_open_and_a_second_try_is_as_safe_as_was_promised(place: Place) -> None:
    place.lose_answer()
    with pytest.raises(base.Unanswered):
        await place.channel.send(hello(place))
    assert len(place.arrived()) == 1, "nobody repeated it behind our back"
    if place.channel.abilities.looks_up:
        assert await place.channel.look_up(hello(place), Clock().at)
        return
    await place.channel.send(hello(place))
    assert len(place.arrived()) == (1 if place.channel.abilities.takes_key else 2)


async def test_an_address_that_nobody_has_is_one_for_good(place: Place) -> None:
    with pytest.raises(base.BadAddress):
        await place.channel.send(replace(hello(place), to=place.nobody()))


async def test_who_wants_nothing_more_gets_nothing_more(place: Place) -> None:
    if not place.hears_opt_outs:
        return
    place.opt_out()
    if place.refuses_late:
        await place.channel.send(hello(place))
    else:
        with pytest.raises(base.OptedOut):
            await place.channel.send(hello(place))
    assert place.arrived() == []


async def test_a_wrong_key_is_our_fault_and_nobody_counts_as_gone(place: Place) -> None:
    channel = place.with_wrong_key()
    with pytest.raises(base.ChannelError) as caught:
        await channel.send(hello(place))
    assert type(caught.value) is base.KeyRefused
    assert place.arrived() == []
    await channel.close()


@pytest.mark.parametrize("trouble", ["none", "refused", "cut off"])
async def test_neither_what_is_written_nor_a_secret_nor_an_address_is_logged(
    place: Place, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    message, shown = hello(place, "canary in the text"), ""
    if trouble == "none":
        await place.channel.send(message)
    else:
        place.lose_answer() if trouble == "cut off" else place.fail(400)
        with pytest.raises(base.ChannelError) as caught:
            await place.channel.send(message)
        shown = repr(caught.value) + str(caught.value)
    for private in ("canary", place.person, *place.secrets):
        assert private not in caplog.text + shown


# In


async def read(place: Place, knock: Knock) -> base.Read:
    return await place.read(knock)


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
async def test_what_somebody_writes_is_heard_as_it_was_written(place: Place, text: str) -> None:
    (told,) = (await read(place, place.written(text))).told
    assert isinstance(told, Inbound)
    assert (told.channel, told.sender) == (place.channel.name, place.person)
    # What joins several emoji into one is seen by nobody who reads for meaning: mails leave it out.
    assert told.text.replace("\u200d", "") == text.replace("\u200d", "")


async def test_the_same_knock_twice_tells_the_same_under_the_same_id(place: Place) -> None:
    knock = place.written("Tuesday")
    first, second = await read(place, knock), await read(place, knock)
    assert first == second
    assert first.told[0].vendor_id


async def test_two_messages_of_the_same_words_are_two(place: Place) -> None:
    first, second = [(await read(place, place.written("yes"))).told[0].vendor_id for _ in range(2)]
    assert first != second


async def test_what_nobody_knows_is_kept_as_unknown_and_acted_on_by_nobody(place: Place) -> None:
    if place.closed_protocol:
        with pytest.raises(BadMessage):
            await read(place, place.news())
        return
    told = (await read(place, place.news())).told
    assert told
    assert all(isinstance(each, Unknown) for each in told)


async def test_each_byte_of_the_body_is_under_the_signature_where_there_is_one(place: Place) -> None:
    if not place.knocks:
        return
    knock = place.written("Tuesday")
    for at, byte in enumerate(knock.body):
        changed = replace(knock, body=knock.body[:at] + bytes([byte ^ 1]) + knock.body[at + 1 :])
        if place.signs_body:
            with pytest.raises(BadSignature):
                await place.door.verify(changed)
        elif place.signs_body is not None:  # in which part, its own tests say
            await place.door.verify(changed)


async def test_each_sign_of_the_proof_counts(place: Place) -> None:
    if not place.knocks:
        return
    knock = place.written("Tuesday")
    proof = knock.headers[place.proof()]
    for at, sign in enumerate(proof.rstrip("=")[:-1]):  # the last one of base64 may hold bits that say nothing
        wrong = proof[:at] + ("x" if sign != "x" else "y") + proof[at + 1 :]
        with pytest.raises(BadSignature):
            await place.door.verify(replace(knock, headers={**knock.headers, place.proof(): wrong}))


async def test_without_its_proof_nothing_is_let_in(place: Place) -> None:
    if not place.knocks:
        return
    knock = place.written("Tuesday")
    rest = {name: value for name, value in knock.headers.items() if name != place.proof()}
    for headers in (rest, {}, {**rest, place.proof(): ""}):
        with pytest.raises(BadSignature):
            await place.door.verify(replace(knock, headers=headers))


@many
@given(proof=st.text(max_size=200), name=st.text(max_size=30), value=st.text(max_size=80), body=st.binary())
async def test_garbage_for_headers_is_a_bad_signature_and_never_a_crash(
    place: Place, proof: str, name: str, value: str, body: bytes
) -> None:
    if not place.knocks:
        return
    knock = Knock(f"https://firm.example/hooks/x?{value}", {name.lower(): value, place.proof(): proof}, body)
    with pytest.raises(BadSignature):
        await place.door.verify(knock)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@many
@given(body=st.binary(max_size=300) | anything.map(lambda told: json.dumps(told).encode()))
async def test_garbage_that_is_signed_is_read_or_refused_in_words_and_never_a_crash(place: Place, body: bytes) -> None:
    await never_a_crash(place, body)


@pytest.mark.parametrize(
    "body",
    [b"", b"x" * 1_000_000, b"[" * 1_000_000, b"\0" * 1_000_000, b'{"a":' * 200_000, b"a=" * 500_000, b"\xff\xfe"],
    ids=lambda body: f"{len(body)} of {body[:5]!r}",
)
async def test_nothing_a_megabyte_and_deep_nests_are_no_crash(place: Place, body: bytes) -> None:
    await never_a_crash(place, body)


async def never_a_crash(place: Place, body: bytes) -> None:
    if not place.knocks:
        return  # any mail at all is read in tests/channels/email/test_incoming.py
    # What is not even text no vendor can have signed that signs text.
    with suppress(BadMessage, BadSignature):
        told = (await read(place, place.signed(body))).told
        assert all(isinstance(each.vendor_id, str) for each in told)
