"""Use cases of registrations, each one transaction: registering, changing, deciding, promoting, links, uploads."""
