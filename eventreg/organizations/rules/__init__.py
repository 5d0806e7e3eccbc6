"""Pure decisions about institutions."""
