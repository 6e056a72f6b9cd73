"""Twilio with WhatsApp behind it, over HTTP: an account, people with phones, webhooks, and faults on request."""
