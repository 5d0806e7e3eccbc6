"""What the team does for one person: registers them, changes answers, moves, hands on, reminds, withdraws."""
