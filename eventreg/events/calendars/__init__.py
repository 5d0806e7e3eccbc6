"""An event's days as iCalendar objects: the public files, and what stands in one person's calendar."""

from eventreg.events.calendars.entries import CalendarPerson, Method, day_bounds
from eventreg.events.calendars.personal import cancelled_entry, day_uid, personal_calendar, personal_uid
from eventreg.events.calendars.public import event_calendar, events_calendar, session_calendar

__all__ = [
    "CalendarPerson",
    "Method",
    "cancelled_entry",
    "day_bounds",
    "day_uid",
    "event_calendar",
    "events_calendar",
    "personal_calendar",
    "personal_uid",
    "session_calendar",
]
