"""Microsoft Teams by its Bot Connector and its own SDK: the door, sending, cards, dialogs and the app's manifest."""
