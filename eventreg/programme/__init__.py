"""Days in detail: sessions, rooms, speakers, materials, conclusions, and calendars of them."""
