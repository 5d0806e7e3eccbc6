"""The organizers' attendee list and one person of it: answers, decisions, tags, notes, reasons, doubles."""
