"""Pure decisions about pictures."""
