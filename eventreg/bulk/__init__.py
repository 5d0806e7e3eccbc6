"""Acts on many registrations: drafted, looked at, done one person a transaction, undone; writing to many among them."""
