"""The desk's pages of messages: what was written to whom, and an event's own words for it."""
