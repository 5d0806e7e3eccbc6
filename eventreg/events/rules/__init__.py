"""Pure decisions about events, by subject."""
