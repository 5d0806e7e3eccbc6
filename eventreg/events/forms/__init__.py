"""What organizers fill in about an event, by subject. Texts in several languages: `localized`."""
