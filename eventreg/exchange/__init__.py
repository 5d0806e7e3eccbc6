"""People as files: imports tried row by row, exports in every format, printed lists; registrations as part of an event's file."""
