"""A person registers, is confirmed or waits, changes answers, withdraws.

Owns registrations with their answers, uploads and consents, every change of status, decisions, and the ledger of places.
Who may decide belongs to `events` (team); the screens for deciding to `review`.
"""
