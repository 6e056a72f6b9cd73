"""A stand-in for SendGrid: takes mails, delivers or bounces them, tells of it signed, and passes on what comes in."""
