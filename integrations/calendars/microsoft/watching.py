"""Subscriptions, by which Graph tells that something changed, and the delta, by which it tells what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgraph.generated.models.subscription import Subscription as NewSubscription

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarUnreachable, Changes, Watch
from integrations.calendars.microsoft import events
from integrations.calendars.microsoft.graph import Graph, NotThere, asking
from integrations.calendars.microsoft.mailbox import Mailbox
from integrations.calendars.microsoft.notices import Certificate
from integrations.calendars.microsoft.told import Subscription

PLAIN = timedelta(minutes=4_200)  # 4,230 has always been allowed, and more is in places
ENCRYPTED = timedelta(minutes=1_400)  # 1,440 with what changed inside
SECRET_AT_MOST = 128
AHEAD = timedelta(days=90)  # as far as changes are looked at
BEGIN_ANEW = timedelta(days=30)  # a delta keeps the window it began with
MANY = 20  # changed events that are looked up one by one; of more, a whole look is cheaper


async def subscribe(graph: Graph, who: str, url: str, secret: str, certificate: Certificate | None) -> Watch:
    """Graph asks at `url` whether it wants to be told before it answers here: the door must be open."""
    if len(secret) > SECRET_AT_MOST:
        raise ValueError(f"Graph keeps a clientState of at most {SECRET_AT_MOST} characters")
    wanted = NewSubscription(
        change_type="created,updated,deleted",
        resource=f"users/{who}/events",
        notification_url=url,
        # It cannot be added later, and without it nobody hears that the subscription is about to end.
        lifecycle_notification_url=url,
        client_state=secret,
        expiration_date_time=_until(graph, certificate),
    )
    if certificate:
        wanted.resource += "?$select=id,transactionId"
        wanted.include_resource_data = True
        wanted.encryption_certificate = certificate.public
        wanted.encryption_certificate_id = certificate.id
    made = await graph.ask(who, lambda client: client.subscriptions.post(wanted, asking()), Subscription)
    return Watch(made.id, made.expiration_date_time, who)


async def renew(graph: Graph, who: str, watch: Watch, certificate: Certificate | None) -> Watch | None:
    """For as long again; None where it is gone. It is also the answer to Graph's `reauthorizationRequired`."""
    longer = NewSubscription(expiration_date_time=_until(graph, certificate))
    try:
        told = await graph.ask(
            who,
            lambda client: client.subscriptions.by_subscription_id(watch.id).patch(longer, asking()),
            Subscription,
        )
    except NotThere:
        return None
    return Watch(told.id, told.expiration_date_time, who)


async def unsubscribe(graph: Graph, watch: Watch) -> None:
    try:
        await graph.do(
            watch.resource, lambda client: client.subscriptions.by_subscription_id(watch.id).delete(asking())
        )
    except NotThere:
        return


async def changes(graph: Graph, who: str, cursor: str) -> Changes:
    """A cursor is when its window began, and Graph's own link."""
    mailbox = Mailbox(graph, who)
    begun, _, link = cursor.partition(" ")
    if not link or _outdated(begun, graph.now()):
        return await _anew(mailbox, graph.now())
    try:
        changed, link = await mailbox.changed(link)
    except NotThere:  # 410: Graph has forgotten what it told us
        return await _anew(mailbox, graph.now())
    if not link:
        raise CalendarUnreachable("Microsoft 365 broke off in the middle of what changed")
    ours = [each.id for each in changed if (each.transaction_id or "").startswith(events.MARK)]
    # What is deleted is told by Graph's id alone, which says nothing of whose it was.
    if len(ours) > MANY or any(each.removed for each in changed):
        return Changes(f"{begun} {link}", None)
    return Changes(f"{begun} {link}", frozenset([uid for each in ours for uid in await _uid(mailbox, each)]))


def _outdated(begun: str, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(begun) > BEGIN_ANEW
    except (ValueError, TypeError):
        return True  # no cursor of ours


async def _anew(mailbox: Mailbox, now: datetime) -> Changes:
    begun = now.astimezone(UTC).replace(microsecond=0)
    _, link = await mailbox.changed_in(Interval(begun - timedelta(days=1), begun + AHEAD))
    return Changes(f"{begun.isoformat()} {link}", None)


async def _uid(mailbox: Mailbox, reference: str) -> tuple[str, ...]:
    """None for one that is gone since, or that the delta tells of though it holds no uid of ours."""
    try:
        ours = events.ours(await mailbox.event(reference), mailbox.who, None)
    except NotThere:
        return ()
    return (ours.standing.uid,) if ours else ()


def _until(graph: Graph, certificate: Certificate | None) -> datetime:
    return graph.now().astimezone(UTC) + (ENCRYPTED if certificate else PLAIN)
