"""Slack by its Web API and its own SDK: sending, the door, forms, the App Home, and letting us into a workspace."""
