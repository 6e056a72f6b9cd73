"""Without any vendor, messages are printed."""

import io

from integrations.channels.base import Button, Outbound
from integrations.channels.console import ConsoleChannel


async def test_a_message_is_a_readable_paragraph() -> None:
    out = io.StringIO()
    message = Outbound("k", "ana", "Which one?", buttons=(Button("a", "Tuesday"),), invite=b"BEGIN:VCALENDAR")
    sent = await ConsoleChannel("whatsapp", out).send(message)
    assert out.getvalue() == "── whatsapp → ana\nWhich one?\n\n1. Tuesday\n\n"
    assert sent.vendor_id == "whatsapp:k"
