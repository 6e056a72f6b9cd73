"""Microsoft 365 over Graph and its own SDK: calendars, changes told, Bookings."""
