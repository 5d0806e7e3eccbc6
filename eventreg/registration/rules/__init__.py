"""Pure decisions about registrations, by subject."""
