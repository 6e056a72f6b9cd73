"""Our templates at Twilio: made as Contents there, and given to WhatsApp for approval.

A template carries the name of our message, its language and a mark of its words, so whoever sends that message finds
what may go instead, and never what used to stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from integrations.channels.approvals import OURS, Approval, Approvals, Draft, Standing, Standings
from integrations.channels.twilio.account import Twilio
from integrations.channels.twilio.contents import body_of

# WhatsApp has no Portuguese but with a country.
LANGUAGES = {"pt": "pt_PT", "pt-BR": "pt_BR"}


class Templates(Approvals):
    """Our templates at one Twilio account."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio

    async def list(self) -> Standings:
        async with self._twilio.call() as client:
            found = await client.content.v1.content_and_approvals.list_async()
        return Standings(tuple(standing for each in found if (standing := _standing(each))))

    async def submit(self, draft: Draft) -> Standing:
        if faults := draft.faults():
            raise ValueError(f"{draft.name} ({draft.language}): {'; '.join(faults)}")
        there = [each for each in (await self.list()).all if _names(each) == draft.label]
        standing = there[0] if there else await self._made(draft)
        if standing.approval is Approval.UNSUBMITTED:
            await self._ask(standing.id, draft)
        async with self._twilio.call() as client:
            told = (await client.content.v1.contents(standing.id).approval_fetch().fetch_async()).whatsapp or {}
        approval, reason = _approval(told)
        return replace(standing, approval=approval, reason=reason)

    async def delete(self, id: str) -> None:
        """At Twilio and at WhatsApp, which keeps its name from being used again for 30 days."""
        async with self._twilio.call() as client:
            await client.content.v1.contents(id).delete_async()

    async def close(self) -> None:
        await self._twilio.close()

    async def _made(self, draft: Draft) -> Standing:
        asked = ContentList.ContentCreateRequest(
            {
                "friendly_name": draft.label,
                "language": LANGUAGES.get(draft.language, draft.language),
                "variables": dict(draft.samples),
                "types": _types(draft),
            }
        )
        async with self._twilio.call() as client:
            made = await client.content.v1.contents.create_async(asked)
        return Standing(
            id=str(made.sid),
            name=draft.name,
            language=draft.language,
            version=draft.version,
            approval=Approval.UNSUBMITTED,
            reason="",
            body=draft.body,
            made_at=made.date_created,
        )

    async def _ask(self, sid: str, draft: Draft) -> None:
        name = re.sub(r"[^a-z0-9]+", "_", f"{draft.name}_{draft.version}".lower())
        asked = ApprovalCreateList.ContentApprovalRequest({"name": name, "category": draft.category.value})
        async with self._twilio.call() as client:
            await client.content.v1.contents(sid).approval_create.create_async(asked)


def _types(draft: Draft) -> dict[str, Any]:
    if not draft.buttons:
        return {"twilio/text": {"body": draft.body}}
    actions = [{"type": "QUICK_REPLY", "title": button.label, "id": button.id} for button in draft.buttons]
    return {"twilio/quick-reply": {"body": draft.body, "actions": actions}}


def _names(standing: Standing) -> str:
    return f"{OURS}/{standing.name}/{standing.language}/{standing.version}"


def _standing(told: Any) -> Standing | None:
    """None: not one of ours."""
    match str(told.friendly_name).split("/"):
        case [ours, name, language, version] if ours == OURS:
            approval, reason = _approval(told.approval_requests or {})
            body = body_of(told.types or {})
            return Standing(str(told.sid), name, language, version, approval, reason, body, told.date_created)
    return None


def _approval(told: Mapping[str, object]) -> tuple[Approval, str]:
    return Approval(str(told.get("status") or Approval.UNSUBMITTED)), str(told.get("rejection_reason") or "")
