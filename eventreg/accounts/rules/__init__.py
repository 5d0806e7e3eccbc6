"""Pure decisions about accounts, by subject."""
