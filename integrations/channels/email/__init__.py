"""Email: a letter written, sent by SMTP or SendGrid, and answers read however they come in."""
