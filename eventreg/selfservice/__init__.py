"""One's own registration: the page, changes, the sessions one comes to, and what one is asked to answer."""
