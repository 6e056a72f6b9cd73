"""The stand-in's doors: the sign-in, and Graph v1.0 as far as it is played here. Any other path is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dialogs.scheduling.intervals import Interval
from integrations.standins.microsoft import booking_doors, fields, mails
from integrations.standins.microsoft.bodies import alike, body_of
from integrations.standins.microsoft.faults import GraphError, refuse
from integrations.standins.microsoft.fields import Json
from integrations.standins.microsoft.mailbox import Mailbox, Stored
from integrations.standins.microsoft.tenant import Pass, StandInMicrosoft

Handler = Callable[[StandInMicrosoft, Request, Pass], Awaitable[Response]]

PAGE = 10  # events in an answer, unless more are asked for
LARGEST_PAGE = 1_000
LONGEST_VIEW = timedelta(days=1_825)
LONGEST_SCHEDULE = timedelta(days=62)
SCHEDULES_AT_MOST = 100
DIGITS = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4", "unknown": "2"}


def web(tenant: StandInMicrosoft) -> Starlette:
    """Sign-in at /{tenant}/…, Graph at /v1.0."""

    async def token(request: Request) -> Response:
        try:
            return JSONResponse(tenant.token({key: str(value) for key, value in (await request.form()).items()}))
        except GraphError as error:
            return JSONResponse({"error": error.code, "error_description": error.message}, error.status)

    async def keys(_: Request) -> Response:
        return JSONResponse(tenant.signer.keys())

    async def unknown(_: Request, __: Exception) -> Response:
        return refuse("BadRequest", "Resource not found for the segment.").answer()

    graph = [
        Route(f"/v1.0{path}", _answering(tenant, handlers), methods=[*handlers]) for path, handlers in _doors().items()
    ]
    return Starlette(
        routes=[
            Route(f"/{tenant.tenant}/oauth2/v2.0/token", token, methods=["POST"]),
            Route(f"/{tenant.tenant}/discovery/v2.0/keys", keys),
            *graph,
        ],
        exception_handlers={404: unknown, 405: unknown},
    )


def _doors() -> dict[str, dict[str, Handler]]:
    shop = "/solutions/bookingBusinesses"
    return {
        "/users/{who}/calendarView": {"GET": view},
        "/users/{who}/calendarView/delta()": {"GET": delta},
        "/users/{who}/calendar/getSchedule": {"POST": schedule},
        "/users/{who}/events": {"GET": search, "POST": create},
        "/users/{who}/events/{event}": {"GET": show, "PATCH": change, "DELETE": delete},
        "/users/{who}/events/{event}/cancel": {"POST": cancel},
        "/users/{who}/mailFolders/{folder}/messages/delta()": {"GET": mails.changed},
        "/users/{who}/messages/{mail}": {"PATCH": mails.change},
        "/users/{who}/messages/{mail}/$value": {"GET": mails.as_it_came},
        "/users/{who}/findMeetingTimes": {"POST": not_for_apps},
        "/users/{who}/onlineMeetings": {"POST": not_for_apps},
        "/subscriptions": {"POST": subscribe},
        "/subscriptions/{subscription}": {"PATCH": extend, "DELETE": unsubscribe},
        shop: {"GET": booking_doors.businesses},
        f"{shop}/{{business}}": {"GET": booking_doors.business},
        f"{shop}/{{business}}/services": {"GET": booking_doors.services, "POST": booking_doors.offer},
        f"{shop}/{{business}}/calendarView": {"GET": booking_doors.appointments},
        f"{shop}/{{business}}/appointments": {"POST": booking_doors.book},
        f"{shop}/{{business}}/appointments/{{appointment}}/cancel": {"POST": booking_doors.call_off},
    }


def _answering(tenant: StandInMicrosoft, handlers: dict[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
    """What all of Graph's doors do: look at the token, at the limits, and at how they are told to fail."""

    async def answer(request: Request) -> Response:
        name = f"{request.method} {request.url.path.removeprefix('/v1.0')}"
        tenant.requests.append(name)
        fault = tenant.faults.take(name)
        lane = str(request.path_params.get("who", "")).lower()
        try:
            by = tenant.admitted(request.headers.get("authorization", ""))
            tenant.begin(lane)
            try:
                await asyncio.sleep(tenant.latency + (fault.slow if fault else 0))
                done = None if fault and fault.before else await handlers[request.method](tenant, request, by)
            finally:
                tenant.end(lane)
        except GraphError as error:
            return error.answer()
        if fault:
            return fault.answer(done)
        assert done is not None
        return done

    return answer


# Events


async def view(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox = tenant.enter(request.path_params["who"], by)
    asked = fields.query(request.query_params, "startDateTime", "endDateTime", "$select", "$expand", "$top", "$skip")
    between = _window(asked.get("startDateTime"), asked.get("endDateTime"), LONGEST_VIEW)
    return _page(mailbox, mailbox.seen(between), request)


async def search(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox = tenant.enter(request.path_params["who"], by)
    asked = fields.query(request.query_params, "$filter", "$select", "$expand", "$top", "$skip")
    wanted = fields.wanted(asked)
    found = [each for each in mailbox.events.values() if not wanted or each.properties.get(wanted[0]) == wanted[1]]
    return _page(mailbox, found, request)


async def create(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox = tenant.enter(request.path_params["who"], by)
    event = mailbox.create(await body_of(request), twins=tenant.twins)
    return JSONResponse(mailbox.shown(event, None, set()), 201)


async def show(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox, event = _event(tenant, request, by)
    asked = fields.query(request.query_params, "$select", "$expand")
    return JSONResponse(mailbox.shown(event, fields.selected(asked), fields.expanded(asked)))


async def change(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox, event = _event(tenant, request, by)
    _unless_changed(request, event)
    mailbox.change(event, await body_of(request))
    return JSONResponse(mailbox.shown(event, None, set()))


async def delete(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox, event = _event(tenant, request, by)
    _unless_changed(request, event)
    mailbox.delete(event)
    return Response(status_code=204)


async def cancel(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    mailbox, event = _event(tenant, request, by)
    alike(await body_of(request), "comment")
    mailbox.cancel(event)
    return Response(status_code=202)


async def delta(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    """A token is how far in the log its bearer has heard; the first round tells everything there is."""
    mailbox = tenant.enter(request.path_params["who"], by)
    asked = fields.query(request.query_params, "startDateTime", "endDateTime", "$deltatoken", "$skiptoken")
    here = str(request.url.replace(query=""))
    if not (token := asked.get("$deltatoken") or asked.get("$skiptoken")):
        _window(asked.get("startDateTime"), asked.get("endDateTime"), LONGEST_VIEW)
        link = f"{here}?$deltatoken={len(mailbox.log)}"
        return JSONResponse({"value": _changed(mailbox, [*mailbox.events]), "@odata.deltaLink": link})
    heard = int(token)
    if heard < tenant.forgotten[mailbox.address.lower()]:
        raise GraphError(410, "SyncStateNotFound", "The sync state is not found. Start again without a token.")
    value = _changed(mailbox, dict.fromkeys(event_id for _, event_id in mailbox.log[heard : heard + PAGE]))
    if heard + PAGE < len(mailbox.log):
        return JSONResponse({"value": value, "@odata.nextLink": f"{here}?$skiptoken={heard + PAGE}"})
    return JSONResponse({"value": value, "@odata.deltaLink": f"{here}?$deltatoken={len(mailbox.log)}"})


async def schedule(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    """Names are taken as the pages write them, and as the SDK does: with a capital."""
    tenant.enter(request.path_params["who"], by)
    told = alike(await body_of(request), "schedules", "startTime", "endTime", "availabilityViewInterval")
    grain = timedelta(minutes=told.get("availabilityViewInterval") or 30)
    between = Interval(fields.instant(told.get("startTime")), fields.instant(told.get("endTime")))
    if between.length > LONGEST_SCHEDULE:
        raise refuse("ErrorTimeIntervalTooBig", "The allowed limit = 62 days.")
    if not timedelta(minutes=5) <= grain <= min(timedelta(days=1), between.length):
        raise refuse("ErrorInvalidMergedFreeBusyInterval", "The interval is not valid.")
    if not 0 < len(told.get("schedules") or ()) <= SCHEDULES_AT_MOST:
        raise refuse("ErrorMailboxDataArrayTooBig", "There are too many target users, or none.")
    return JSONResponse({"value": [_scheduled(tenant, each, between, grain) for each in told["schedules"]]})


async def not_for_apps(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    """findMeetingTimes knows no application permission; onlineMeetings wants a policy nobody here has set."""
    raise GraphError(403, "Forbidden", "No application access policy found for this app.")


# Subscriptions


async def subscribe(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    body = await body_of(request)
    parts = str(body.get("resource", "")).partition("?")[0].strip("/").split("/")
    if len(parts) != 3 or (parts[0].lower(), parts[2].lower()) != ("users", "events"):
        raise refuse("InvalidRequest", "The resource cannot be subscribed to.")
    made = await tenant.subscriptions.create(body, tenant.enter(parts[1], by))
    return JSONResponse(made.shown(), 201)


async def extend(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    found = tenant.subscriptions.found(request.path_params["subscription"])
    tenant.subscriptions.extend(found, await body_of(request))
    return JSONResponse(found.shown())


async def unsubscribe(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    tenant.subscriptions.end(request.path_params["subscription"])
    return Response(status_code=204)


# What they share


def _event(tenant: StandInMicrosoft, request: Request, by: Pass) -> tuple[Mailbox, Stored]:
    mailbox = tenant.enter(request.path_params["who"], by)
    return mailbox, mailbox.found(request.path_params["event"])


def _unless_changed(request: Request, event: Stored) -> None:
    if request.headers.get("if-match", "*") not in ("*", event.etag):
        raise GraphError(412, "ErrorIrresolvableConflict", "The change key passed does not match the current one.")


def _window(start: str | None, end: str | None, longest: timedelta) -> Interval:
    try:
        between = Interval(fields.moment(start), fields.moment(end))
    except ValueError:
        raise refuse("ErrorInvalidParameter", "The end is before the start.") from None
    if between.length > longest:
        raise refuse("ErrorInvalidRequest", f"Maximum number of days: {longest.days}.")
    return between


def _page(mailbox: Mailbox, found: Sequence[Stored], request: Request) -> Response:
    asked = request.query_params
    top, skip = int(asked.get("$top", PAGE)), int(asked.get("$skip", 0))
    if not 0 < top <= LARGEST_PAGE:
        raise refuse("BadRequest", "The limit of '1000' for $top has been exceeded.")
    select, expand = fields.selected(asked), fields.expanded(asked)
    answer: Json = {"value": [mailbox.shown(each, select, expand) for each in found[skip : skip + top]]}
    if len(found) > skip + top:
        answer["@odata.nextLink"] = str(request.url.include_query_params(**{"$skip": skip + top}))
    return JSONResponse(answer)


def _changed(mailbox: Mailbox, event_ids: Iterable[str]) -> list[Json]:
    """Whole events, without named properties; of what is gone, its id alone."""
    return [
        mailbox.shown(mailbox.events[each], None, set())
        if each in mailbox.events
        else {"@odata.type": "#microsoft.graph.event", "id": each, "@removed": {"reason": "deleted"}}
        for each in event_ids
    ]


def _scheduled(tenant: StandInMicrosoft, address: str, between: Interval, grain: timedelta) -> Json:
    mailbox = tenant.mailboxes.get(address.lower())
    trouble = mailbox.unreadable if mailbox else "ErrorMailRecipientNotFound"
    if mailbox is None or trouble:
        error = {"message": "Unable to read the schedule.", "responseCode": trouble}
        return {"scheduleId": address, "availabilityView": "", "error": error}
    taking = [each for each in mailbox.seen(between) if not each.cancelled]
    items = [
        {
            "status": each.told.get("showAs", "busy"),
            "start": fields.shown(mailbox.taken(each).start),
            "end": fields.shown(mailbox.taken(each).end),
            "isPrivate": each.told.get("sensitivity") == "private",
        }
        for each in taking
    ]
    return {
        "scheduleId": address,
        "availabilityView": _digits(mailbox, taking, between, grain),
        "workingHours": mailbox.working_hours(),
        **({} if mailbox.only_outline else {"scheduleItems": items}),
    }


def _digits(mailbox: Mailbox, taking: Sequence[Stored], between: Interval, grain: timedelta) -> str:
    digits, start = "", between.start
    while start < between.end:
        here = Interval(start, start + grain)
        kinds = [DIGITS[each.told.get("showAs", "busy")] for each in taking if mailbox.taken(each).meets(here)]
        digits += max(kinds, default="0")
        start += grain
    return digits
