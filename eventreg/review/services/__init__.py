"""What organizers do that leaves a trace: export, look at what is sensitive, release messages."""
