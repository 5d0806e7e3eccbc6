"""Pure decisions about the settings."""
