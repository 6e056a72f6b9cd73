"""One Twilio account: its numbers, what it has accepted, who has opted out, and what it tells the assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2

from integrations.standins.mishaps import Mishaps
from integrations.standins.twilio.contents import LIST_PICKER, Content, Contents, Shown
from integrations.standins.twilio.hooks import Fields, Hooks, Webhook
from integrations.standins.twilio.messages import WHATSAPP, Message, check, fault_in, variables
from integrations.standins.twilio.refusing import Refusal, nothing_there

SID = f"AC{0:032x}"
WINDOW = timedelta(hours=24)
OUT = frozenset("stop unsubscribe end quit stopall revoke optout cancel".split())
IN = frozenset("start yes unstop".split())
# There the network itself acts, and knows fewer words.
TOLL_FREE = tuple(f"+1{area}" for area in (800, 833, 844, 855, 866, 877, 888))
NETWORK = {"stop": "STOP", "start": "START", "unstop": "START"}
_ACCOUNT = (("AccountSid", SID), ("ApiVersion", "2010-04-01"))
GOODBYE = "You have successfully been unsubscribed. Reply START to resubscribe."


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    number: str  # E.164; empty: WhatsApp does not tell it
    whatsapp: str = ""  # as Twilio writes it; empty: not on WhatsApp

    def address(self, channel: str) -> str:
        return self.number if channel == "sms" else WHATSAPP + self.whatsapp


@dataclass
class Failure:
    """How the next calls are answered instead."""

    refusal: Refusal
    times: int
    after_accepting: bool
    modern: bool
    on: str


class StandInTwilio:
    """`inbound` is the assistant's address for what people write; receipts go where each message says."""

    def __init__(
        self,
        now: Callable[[], datetime],
        token: str,
        *,
        inbound: str = "",
        numbers: Sequence[str] = ("+15550100100", "whatsapp:+15550100200"),
        services: Mapping[str, Sequence[str]] | None = None,
        reach: Mapping[str, str] | None = None,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self.credentials = {SID: token}
        self.inbound = inbound
        self.numbers = tuple(numbers)
        self.services = dict(services or {})
        self.hooks = Hooks(token, reach, client)
        self.contents = Contents(SID, now)
        self.mishaps = Mishaps()
        self.failures: list[Failure] = []
        self.messages: list[Message] = []
        self.people: dict[str, Person] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.landlines: set[str] = set()
        self.closed_regions: tuple[str, ...] = ()
        self.queue_limit = 100
        self.advanced_words: dict[str, str] | None = None  # of Advanced Opt-Out: {"PARAR": "STOP"}
        self._now = now
        self._heard: dict[tuple[str, str], datetime] = {}
        self._fates: list[int] = []
        self._made = 0

    # What a test or a rehearsal says

    def knows(self, name: str, number: str = "", whatsapp: str | None = None) -> None:
        """Somebody with a phone; on WhatsApp under the same number unless said otherwise ("" is not at all)."""
        self.people[name] = Person(name, number, number if whatsapp is None else whatsapp)

    def fail_next(
        self,
        status: int,
        code: int | None = None,
        *,
        after_accepting: bool = False,
        retry_after: str | None = None,
        modern: bool = False,
        times: int = 1,
        on: str = "POST /2010-04-01/",
    ) -> None:
        """`after_accepting`: what was asked is done all the same. `modern`: answered as RFC 9457 has it."""
        headers = {"Retry-After": retry_after} if retry_after is not None else None
        refusal = Refusal(status, code or 20000 + status, "As asked", headers)
        self.failures.append(Failure(refusal, times, after_accepting, modern, on))

    def fail_delivery(self, code: int, times: int = 1) -> None:
        """The next messages are accepted, and do not arrive."""
        self._fates += [code] * times

    def expire(self, user: str) -> None:
        """The key, or the account's own token, is good no more."""
        del self.credentials[user]

    def phone(self, name: str) -> list[Shown]:
        """What somebody has got, oldest first."""
        mine = {self.people[name].address(channel) for channel in ("sms", "whatsapp")}
        got = [each for each in self.messages if each.to in mine and each.status in ("delivered", "read")]
        return [each.shown for each in got]

    async def write(
        self, name: str, text: str, on: str = "sms", *, at: str | None = None, files: int = 0, also: Fields = ()
    ) -> httpx2.Response:
        """Somebody writes to us; the answer is the assistant's."""
        return await self.hooks.post(self.written(name, text, on, at=at, files=files, also=also))

    def written(
        self, name: str, text: str, on: str = "sms", *, at: str | None = None, files: int = 0, also: Fields = ()
    ) -> Webhook:
        """The same, and how Twilio is about to tell it."""
        ours, theirs = at or self._number_on(on), self.people[name].address(on)
        kind = self._opt_out_kind(text, ours)
        if on == "whatsapp":
            self._heard[ours, theirs] = self._now()
        elif kind:
            self._note_wish(kind, ours, theirs)
        fields = [
            *self._identity("SM"),
            ("From", theirs),
            ("To", ours),
            ("Body", text),
            ("SmsStatus", "received"),
            ("NumMedia", str(files)),
            ("NumSegments", "1"),
            ("ToCity", ""),
            ("FromCity", ""),
            *also,
        ]
        if on == "whatsapp":
            fields += [("ProfileName", name), ("WaId", theirs.removeprefix(WHATSAPP).lstrip("+"))]
        if kind and self.advanced_words is not None:
            fields.append(("OptOutType", kind))
        return self.hooks.form(self.inbound, fields)

    async def press(self, name: str, title: str) -> httpx2.Response:
        """A button of the last message that has one of this title."""
        theirs = self.people[name].address("whatsapp")
        for message in reversed(self.messages):
            pressed = [button for button in message.shown.buttons if button[1] == title and message.to == theirs]
            if pressed:
                kind = "List" if message.shown.kind == LIST_PICKER else "Button"
                names = ("ListId", "ListTitle") if kind == "List" else ("ButtonPayload", "ButtonText")
                also = [*zip(names, pressed[0], strict=True), ("OriginalRepliedMessageSid", message.sid)]
                return await self.write(name, title, "whatsapp", at=message.sender, also=also)
        raise ValueError(f"{name} sees no button {title!r}")

    async def again(self) -> httpx2.Response:
        """The last webhook once more, as after an answer that was lost."""
        return await self.hooks.post(self.hooks.posted[-1])

    async def deliver(self, *, doubled: bool = False, backwards: bool = False) -> list[httpx2.Response]:
        """Everything on its way comes to its end, and the receipts for it go out, in whatever order."""
        receipts = []
        for message in [each for each in self.messages if each.is_on_its_way]:
            receipts += [(message, step, error) for step, error in self._steps(message)]
        told = [receipt for receipt in receipts for _ in range(2 if doubled else 1)]
        return [await self._tell(*receipt) for receipt in (reversed(told) if backwards else told)]

    async def read(self, name: str) -> list[httpx2.Response]:
        """They open WhatsApp and see it all."""
        theirs = self.people[name].address("whatsapp")
        mine = [each for each in self.messages if each.to == theirs and each.status == "delivered"]
        for message in mine:
            message.status = "read"
        return [await self._tell(message, "read", None) for message in mine]

    # What is asked over HTTP

    def accept(self, asked: Mapping[str, str]) -> Message:
        """Raises Refusal."""
        check(asked)
        to, content = asked["To"], self._content(asked)
        shown = Shown(asked.get("Body", ""))
        if content:
            shown = content.shown(variables(asked.get("ContentVariables", "{}")))
        sender = self._sender(asked)
        self._refuse_reader(to, sender)
        if sum(each.is_on_its_way and each.sender == sender for each in self.messages) >= self.queue_limit:
            raise Refusal(429, 21611, "This From number has exceeded the maximum number of queued messages")
        message = Message(
            sid=f"SM{self._next():032x}",
            account=SID,
            to=to,
            sender=sender,
            shown=shown,
            made_at=self._now(),
            status="accepted" if "MessagingServiceSid" in asked else "queued",
            service=asked.get("MessagingServiceSid"),
            content=asked.get("ContentSid"),
            callback=asked.get("StatusCallback", ""),
            asked=dict(asked),
        )
        self.messages.append(message)
        return message

    def message(self, sid: str) -> Message:
        found = next((each for each in self.messages if each.sid == sid), None)
        if found is None:
            raise nothing_there()
        return found

    def failure(self, asked: str, *, after_accepting: bool) -> Failure | None:
        """What is to go wrong with this call, before or after it is done."""
        for each in self.failures:
            if asked.startswith(each.on) and each.after_accepting is after_accepting:
                each.times -= 1
                if not each.times:
                    self.failures.remove(each)
                return each
        return None

    async def close(self) -> None:
        await self.hooks.close()

    def _next(self) -> int:
        self._made += 1
        return self._made

    def _identity(self, kind: str) -> list[tuple[str, str]]:
        sid = f"{kind}{self._next():032x}"
        return [("MessageSid", sid), ("SmsSid", sid), ("SmsMessageSid", sid), *_ACCOUNT]

    def _number_on(self, channel: str) -> str:
        return next(each for each in self.numbers if each.startswith(WHATSAPP) == (channel == "whatsapp"))

    def _content(self, asked: Mapping[str, str]) -> Content | None:
        if "ContentSid" not in asked:
            return None
        if asked["ContentSid"] not in self.contents.all:
            raise Refusal(400, 21655, "The ContentSid Parameter is invalid.")
        return self.contents.get(asked["ContentSid"])

    def _sender(self, asked: Mapping[str, str]) -> str:
        on_whatsapp = asked["To"].startswith(WHATSAPP)
        pool: Sequence[str] = self.numbers
        if service := asked.get("MessagingServiceSid"):
            if service not in self.services:
                raise nothing_there()
            pool = [each for each in self.services[service] if each.startswith(WHATSAPP) == on_whatsapp]
        sender = asked.get("From") or (pool[0] if pool else "")
        if sender not in pool:
            raise Refusal(400, 63007 if on_whatsapp else 21606, f"{sender} is not a valid sender of this account.")
        if sender.startswith(WHATSAPP) != on_whatsapp:
            raise Refusal(400, 21910, "Invalid From and To pair. They should be of the same channel.")
        return sender

    def _refuse_reader(self, to: str, sender: str) -> None:
        if (sender, to) in self.opted_out:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        if to in self.landlines:
            raise Refusal(400, 21614, f"'To' number is not a valid mobile number: {to}")
        if to.startswith(self.closed_regions):
            raise Refusal(400, 21408, "Permission to send an SMS has not been enabled for the region")

    def _opt_out_kind(self, text: str, ours: str) -> str | None:
        word = text.strip().lower()
        if self.advanced_words is not None:
            return self.advanced_words.get(word.upper())
        if ours.startswith(WHATSAPP):
            return None
        if ours.startswith(TOLL_FREE):
            return NETWORK.get(word)
        return "STOP" if word in OUT else "START" if word in IN else None

    def _note_wish(self, kind: str, ours: str, theirs: str) -> None:
        pools = [pool for pool in self.services.values() if ours in pool] or [[ours]]
        for sender in {each for pool in pools for each in pool}:
            if kind == "STOP":
                self.opted_out.add((sender, theirs))
            elif kind == "START":
                self.opted_out.discard((sender, theirs))
        if kind == "STOP":
            sid = f"SM{self._next():032x}"
            now = self._now()
            goodbye = Message(sid, SID, theirs, ours, Shown(GOODBYE), now, "outbound-reply", "delivered", sent_at=now)
            self.messages.append(goodbye)

    def _steps(self, message: Message) -> list[tuple[str, int | None]]:
        """What becomes of it, each step with its error."""
        error = self._fates.pop(0) if self._fates else None
        if message.to.startswith(WHATSAPP):
            error = self._fault_on_whatsapp(message) or error
        message.error, message.sent_at = error, self._now()
        message.status = "delivered" if error is None else "undelivered"
        return [("sent", None), ("delivered", None)] if error is None else [("sent", None), ("undelivered", error)]

    def _fault_on_whatsapp(self, message: Message) -> int | None:
        if message.to not in {each.address("whatsapp") for each in self.people.values() if each.whatsapp}:
            return 63024
        content = self.contents.all.get(message.content or "")
        approved = content is not None and content.is_approved
        heard = self._heard.get((message.sender, message.to))
        is_open = heard is not None and message.made_at - heard < WINDOW
        if not (is_open or approved) or {"Body", "ContentSid"} <= set(message.asked):
            return 63016
        return fault_in(message.shown, approved=approved)

    async def _tell(self, message: Message, status: str, error: int | None) -> httpx2.Response:
        fields = [
            ("MessageSid", message.sid),
            ("SmsSid", message.sid),
            *_ACCOUNT,
            ("From", message.sender),
            ("To", message.to),
            ("MessageStatus", status),
            ("SmsStatus", status),
        ]
        if error:
            fields += [("ErrorCode", str(error)), ("ErrorMessage", "")]
        if message.to.startswith(WHATSAPP):
            fields.append(("ChannelPrefix", "whatsapp"))
        return await self.hooks.post(self.hooks.form(message.callback, fields))
