"""A stand-in for Slack: workspaces with their people, the Web API, the app's way in, and Socket Mode."""
