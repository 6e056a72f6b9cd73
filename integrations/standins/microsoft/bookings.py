"""Microsoft Bookings as the stand-in has it: businesses with a page, services, appointments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from dialogs.scheduling.intervals import Interval
from integrations.standins.microsoft import fields
from integrations.standins.microsoft.faults import GraphError, refuse
from integrations.standins.microsoft.fields import Json

SERVICE = {"displayName", "defaultDuration", "preBuffer", "postBuffer", "description", "isLocationOnline"}
APPOINTMENT = {
    *("serviceId", "startDateTime", "endDateTime", "customers", "customerTimeZone", "isLocationOnline"),
    *("preBuffer", "postBuffer", "optOutOfCustomerEmail", "additionalInformation"),
}


@dataclass
class Business:
    id: str
    name: str
    page: str = ""
    services: dict[str, Json] = field(default_factory=dict)
    appointments: dict[str, Json] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)  # what those who booked were told when it was called off

    def __post_init__(self) -> None:
        self._ids = count(1)

    # What people do on its page

    def visited(self, email: str, when: Interval) -> str:
        """Somebody books for themselves; the appointment's id."""
        service = next(iter(self.services), None) or self.offer({"displayName": "First talk"})["id"]
        times = {"startDateTime": fields.shown(when.start), "endDateTime": fields.shown(when.end)}
        made = self.book({"serviceId": service, **times, "customers": [{"emailAddress": email}]})
        return str(made["id"])

    def moved(self, appointment_id: str, when: Interval) -> None:
        """It keeps its id."""
        times = {"startDateTime": fields.shown(when.start), "endDateTime": fields.shown(when.end)}
        self.appointments[appointment_id] |= times

    def gave_up(self, appointment_id: str) -> None:
        """Whoever booked calls it off; nothing is left of it."""
        del self.appointments[appointment_id]

    # Graph's own verbs

    def listed(self) -> Json:
        return {"id": self.id, "displayName": self.name}

    def shown(self) -> Json:
        """What the list leaves out is here."""
        return {**self.listed(), "publicUrl": self.page or None, "isPublished": bool(self.page)}

    def offer(self, told: Any) -> Json:
        body = fields.checked(told, SERVICE, "bookingService")
        for name in ("defaultDuration", "preBuffer", "postBuffer"):
            if body.get(name) is not None:
                fields.duration(body[name])
        made = {"id": f"service-{next(self._ids)}", "defaultDuration": "PT1H", **body}
        made["webUrl"] = f"{self.page}/s/{made['id']}" if self.page else ""
        self.services[made["id"]] = made
        return made

    def book(self, told: Any) -> Json:
        body = fields.checked(told, APPOINTMENT, "bookingAppointment")
        if body.get("serviceId") not in self.services:
            raise refuse("ErrorInvalidRequest", "The service does not exist.")
        start, end = fields.instant(body.get("startDateTime")), fields.instant(body.get("endDateTime"))
        if end - start < timedelta(minutes=1) or not body.get("customers"):
            raise refuse("ErrorInvalidRequest", "An appointment has a length and somebody who comes.")
        made = {
            "id": f"appointment-{next(self._ids)}",
            **body,
            "startDateTime": fields.shown(start),
            "endDateTime": fields.shown(end),
            "duration": f"PT{int((end - start).total_seconds()) // 60}M",
        }
        self.appointments[made["id"]] = made
        return made

    def view(self, start: str | None, end: str | None) -> list[Json]:
        between = Interval(fields.moment(start), fields.moment(end))
        return [each for each in self.appointments.values() if _when(each).meets(between)]

    def cancel(self, appointment_id: str, told: Any) -> None:
        body = fields.checked(told, {"cancellationMessage"}, "cancel")
        if self.appointments.pop(appointment_id, None) is None:
            raise GraphError(404, "ErrorItemNotFound", "The appointment does not exist.")
        self.mails.append(body.get("cancellationMessage") or "")


def _when(appointment: Json) -> Interval:
    return Interval(fields.instant(appointment["startDateTime"]), fields.instant(appointment["endDateTime"]))
