"""Who works on an event: members, invitations of colleagues, and what was agreed with each."""
