"""A stand-in for Google Calendar: a server that speaks its API strictly, remembers, and fails as it is told."""
