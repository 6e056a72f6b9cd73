"""A stand-in for Microsoft 365: Graph's calendars, Bookings and notifications over HTTP, as strict as Graph."""
