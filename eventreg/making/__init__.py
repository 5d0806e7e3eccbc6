"""Making events: anew, as a copy, from a template or a file; whole events out and in."""
