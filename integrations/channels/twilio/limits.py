"""How much of what WhatsApp and SMS take, and for how long."""

from __future__ import annotations

from datetime import timedelta

BODY = 1_600  # of one message, at most (21617)
ABOVE_BUTTONS = 1_024  # of the text that has buttons below it

# Without WhatsApp's approval, while the window is open: three buttons, or a list of ten.
QUICK_REPLIES, QUICK_REPLY_TITLE = 3, 20
LIST_ITEMS, LIST_TITLE = 10, 24

# From their last message. Their clock and ours differ a little, and a message takes its time.
WINDOW = timedelta(hours=24) - timedelta(minutes=5)
