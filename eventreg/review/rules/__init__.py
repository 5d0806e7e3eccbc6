"""Pure decisions of the review: what a list shows, how cells stay text."""
