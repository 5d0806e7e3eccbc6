"""Who of an event's side hears of registrations: its contact persons and members of its team; how much, and their digests."""
