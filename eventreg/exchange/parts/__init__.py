"""What of this room an event is made of, as parts that can be taken out and put in."""
