"""What the team puts on registrations, for itself: tags, notes. One module for each kind."""
