"""Numbers in the text format of Prometheus, read from the database when somebody asks."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from bot.house import House
from bot.records import connections, links, models, numbers

log = structlog.get_logger()


def metrics_door(house: House) -> APIRouter:
    door = APIRouter()

    @door.get("/metrics")
    async def scrape() -> Response:
        """How much there is and how long it waits; no word anybody wrote, and nobody's name."""
        try:
            return Response(await exposition(house), media_type=CONTENT_TYPE_LATEST)
        except Exception:
            log.exception("metrics_database")
            return PlainTextResponse("the database does not answer", status_code=503)

    return door


async def exposition(house: House) -> bytes:
    """Made anew for each scrape: of several processes each shows the same, and none has to remember anything."""
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"askarsan_{name}", meaning, labels, registry=registry)

    now = house.clock.now()
    async with house.records.read() as session:
        gauge("oldest_waiting_seconds", "The age of the oldest work nobody has done.").set(
            await numbers.oldest_waiting(session, now)
        )
        gauge("open_effects", "What was decided and is not done yet, also what is not due yet.").set(
            await numbers.open_effects(session)
        )
        gauge("timers_due", "Alarms that should have rung.").set(await numbers.timers_due(session, now))
        counted = gauge("messages", "Messages kept, by what became of them.", "direction", "channel", "status")
        for labels, count in (await numbers.messages_by(session)).items():
            counted.labels(*labels).set(count)
        connected = gauge("connections", "Calendars that people have connected, by how they fare.", "vendor", "state")
        for vendor_and_state, count in (await connections.count_by_state(session)).items():
            connected.labels(*vendor_and_state).set(count)
        linked = gauge("links", "Booking links, by how they stand.", "status")
        for status, count in (await links.count_by_status(session)).items():
            linked.labels(status).set(count)
        asked = gauge("model_calls", "How often a model was asked, by what came of it.", "outcome")
        tokens = gauge("model_tokens", "What a model was sent, and what it answered.", "direction", "outcome")
        cost = gauge("model_cost", "What that cost, in the money of the prices.", "outcome")
        for outcome, (calls, sent, came, millionths) in (await models.totals(session)).items():
            asked.labels(outcome).set(calls)
            tokens.labels("in", outcome).set(sent)
            tokens.labels("out", outcome).set(came)
            cost.labels(outcome).set(millionths / 1_000_000)
    return generate_latest(registry)
