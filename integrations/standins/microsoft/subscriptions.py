"""Subscriptions of the stand-in: the handshake, what is told, and what a subscriber must do to hear more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from integrations.standins.microsoft import fields
from integrations.standins.microsoft.faults import GraphError, refuse
from integrations.standins.microsoft.mailbox import Mailbox
from integrations.standins.microsoft.signing import Signer, public_key, sealed

LONGEST = timedelta(minutes=4_230)
LONGEST_WITH_DATA = timedelta(minutes=1_440)
NEW = {
    *("changeType", "notificationUrl", "lifecycleNotificationUrl", "resource", "expirationDateTime", "clientState"),
    *("includeResourceData", "encryptionCertificate", "encryptionCertificateId", "latestSupportedTlsVersion"),
}
# Signs that come back wrong from a door that does not decode, or that escapes them away.
PROBE = "Validation: Testing client application reachability for subscription {id}. Request-Id: a+b/c=100% ü"


@dataclass
class Subscription:
    id: str
    mailbox: str
    told: dict[str, Any]
    expires: datetime
    heard: int = 0  # how far in the mailbox's log

    def shown(self) -> dict[str, Any]:
        hidden = {"encryptionCertificate", "clientState"}
        return {
            "id": self.id,
            **{name: value for name, value in self.told.items() if name not in hidden},
            "expirationDateTime": self.expires.isoformat().replace("+00:00", "Z"),
            "applicationId": "",
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    url: str
    body: dict[str, Any]


@dataclass
class Subscriptions:
    """`deliver` posts what is to be told; until then it waits, so that it can come late, doubled or not at all."""

    tenant: str
    now: Callable[[], datetime]
    signer: Signer
    mailboxes: Mapping[str, Mailbox]
    all: dict[str, Subscription] = field(default_factory=dict)
    waiting: list[Delivery] = field(default_factory=list)
    forge: Mapping[str, Any] = field(default_factory=dict)  # claims of the next validation tokens

    def __post_init__(self) -> None:
        self._ids = count(1)

    @cached_property
    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(timeout=10, trust_env=False)

    async def create(self, told: Any, mailbox: Mailbox) -> Subscription:
        body = fields.checked(told, NEW, "subscription")
        if missing := {"changeType", "notificationUrl", "resource", "expirationDateTime"} - {*body}:
            raise refuse("InvalidRequest", f"{missing.pop()} is required")
        if len(body.get("clientState") or "") > 128:
            raise refuse("InvalidRequest", "clientState is too long")
        expires = self._until(body, rich=bool(body.get("includeResourceData")))
        if body.get("includeResourceData"):
            if "$select" not in body["resource"] or not body.get("encryptionCertificateId"):
                raise refuse("InvalidRequest", "Resource data needs $select, a certificate and its id.")
            public_key(body.get("encryptionCertificate") or "")
        made = Subscription(f"sub-{next(self._ids)}", mailbox.address.lower(), body, expires, len(mailbox.log))
        for url in filter(None, (body["notificationUrl"], body.get("lifecycleNotificationUrl"))):
            await self._shake_hands(url, made.id)
        self.all[made.id] = made
        return made

    def extend(self, found: Subscription, told: Any) -> None:
        body = fields.checked(told, {"expirationDateTime", "notificationUrl"}, "subscription")
        found.expires = self._until(body, rich=bool(found.told.get("includeResourceData")))

    def found(self, subscription_id: str) -> Subscription:
        self._expire()
        if subscription_id not in self.all:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return self.all[subscription_id]

    def end(self, subscription_id: str) -> None:
        """Its owner wants no more of it."""
        found = self.found(subscription_id)
        del self.all[found.id]

    def remove(self, subscription_id: str) -> None:
        """Exchange moves a mailbox, or forgets; the subscriber is told so, if it gave a lifecycle URL."""
        self._lifecycle(self.all.pop(subscription_id), "subscriptionRemoved")

    def ask_to_reauthorize(self, subscription_id: str) -> None:
        self._lifecycle(self.all[subscription_id], "reauthorizationRequired")

    def miss(self, subscription_id: str) -> None:
        """What happened so far is never told."""
        found = self.all[subscription_id]
        found.heard = len(self.mailboxes[found.mailbox].log)
        self._lifecycle(found, "missed")

    async def deliver(self, times: int = 1) -> list[int]:
        """Posts what waits, each `times` over; the status of each answer. What is not taken is told again next time."""
        self.gather()
        answers, again = list[int](), list[Delivery]()
        for each in self.waiting:
            for _ in range(times):
                answers.append((await self.client.post(each.url, json=each.body)).status_code)
            if answers[-1] >= 300:
                again.append(each)
        self.waiting = again
        return answers

    async def close(self) -> None:
        if "client" in vars(self):
            await self.client.aclose()

    async def _shake_hands(self, url: str, subscription_id: str) -> None:
        """Ten seconds, 200, plain text, and the token as it was before the URL was made of it."""
        token = PROBE.format(id=subscription_id)
        try:
            answer = await self.client.post(
                url, params={"validationToken": token}, headers={"Content-Type": "text/plain"}
            )
        except httpx2.HTTPError:
            raise refuse("ValidationError", "The request timed out.") from None
        plain = answer.headers.get("content-type", "").startswith("text/plain")
        if (answer.status_code, plain, answer.text) != (200, True, token):
            raise refuse("ValidationError", "Subscription validation request failed.")

    def _until(self, body: Mapping[str, Any], *, rich: bool) -> datetime:
        expires = fields.moment(body.get("expirationDateTime"))
        longest = LONGEST_WITH_DATA if rich else LONGEST
        if not self.now() < expires <= self.now() + longest:
            raise refuse("ExtensionError", f"Subscription expiration can only be {longest} in the future.")
        return expires

    def _expire(self) -> None:
        self.all = {key: each for key, each in self.all.items() if each.expires > self.now()}

    def gather(self) -> None:
        """All that one URL is to hear goes in one POST, as Graph does it."""
        self._expire()
        by_url: dict[str, list[dict[str, Any]]] = {}
        for each in self.all.values():
            log = self.mailboxes[each.mailbox].log
            for what, event_id in log[each.heard :]:
                by_url.setdefault(each.told["notificationUrl"], []).append(self._notice(each, what, event_id))
            each.heard = len(log)
        for url, value in by_url.items():
            rich = any("encryptedContent" in each for each in value)
            tokens = {"validationTokens": [self.signer.token(**self.forge)]} if rich else {}
            self.waiting.append(Delivery(url, {"value": value, **tokens}))

    def _notice(self, to: Subscription, what: str, event_id: str) -> dict[str, Any]:
        event = self.mailboxes[to.mailbox].events.get(event_id)
        resource = f"Users/{to.mailbox}/Events/{event_id}"
        data = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": event_id}
        notice = {
            **self._head(to),
            "changeType": what,
            "resource": resource,
            "resourceData": data | ({"@odata.etag": event.etag} if event else {}),
        }
        if not to.told.get("includeResourceData") or event is None:
            return notice
        names = set(parse_qs(urlsplit(to.told["resource"]).query)["$select"][0].split(","))
        whole = self.mailboxes[to.mailbox].shown(event, names, set())
        content = sealed(whole, to.told["encryptionCertificate"], to.told["encryptionCertificateId"])
        return notice | {"encryptedContent": content}

    def _lifecycle(self, to: Subscription, event: str) -> None:
        if url := to.told.get("lifecycleNotificationUrl"):
            self.waiting.append(Delivery(url, {"value": [{**self._head(to), "lifecycleEvent": event}]}))

    def _head(self, to: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": to.id,
            "subscriptionExpirationDateTime": to.expires.isoformat(),
            "clientState": to.told.get("clientState"),
            "tenantId": self.tenant,
        }
