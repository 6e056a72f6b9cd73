"""The stand-in's doors to Bookings, by the names Graph gives them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.standins.microsoft import fields
from integrations.standins.microsoft.bodies import body_of
from integrations.standins.microsoft.bookings import Business
from integrations.standins.microsoft.faults import GraphError
from integrations.standins.microsoft.tenant import Pass, StandInMicrosoft


async def businesses(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    _allowed(tenant, "Bookings.ReadWrite.All")
    return JSONResponse({"value": [each.listed() for each in tenant.businesses.values()]})


async def business(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    return JSONResponse(_business(tenant, request).shown())


async def services(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    return JSONResponse({"value": [*_business(tenant, request).services.values()]})


async def offer(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    return JSONResponse(_business(tenant, request).offer(await body_of(request)), 201)


async def appointments(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    asked = fields.query(request.query_params, "start", "end")
    return JSONResponse({"value": _business(tenant, request).view(asked.get("start"), asked.get("end"))})


async def book(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    _allowed(tenant, "BookingsAppointment.ReadWrite.All")
    return JSONResponse(_business(tenant, request).book(await body_of(request)), 201)


async def call_off(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    _allowed(tenant, "BookingsAppointment.ReadWrite.All")
    _business(tenant, request).cancel(request.path_params["appointment"], await body_of(request))
    return Response(status_code=204)


def _business(tenant: StandInMicrosoft, request: Request) -> Business:
    _allowed(tenant, "Bookings.ReadWrite.All")
    found = tenant.businesses.get(request.path_params["business"])
    if found is None:
        raise GraphError(404, "ErrorItemNotFound", "The business does not exist.")
    return found


def _allowed(tenant: StandInMicrosoft, permission: str) -> None:
    if permission not in tenant.permissions:
        raise GraphError(403, "UnknownError", "Forbidden")
