"""Google Calendar: who lets us in, how it is called, what an event is there, and the calendar itself."""
