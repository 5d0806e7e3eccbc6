"""Acts on many registrations: drafted, looked at, done in batches, undone; writing to many among them."""
