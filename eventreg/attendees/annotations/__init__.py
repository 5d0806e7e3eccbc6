"""What the team puts on registrations, for itself: one module for each kind, in the order of the page and of the list."""

from eventreg.attendees.annotations.base import Annotation
from eventreg.attendees.annotations.notes import NoteAnnotation
from eventreg.attendees.annotations.tags import TagAnnotation

ANNOTATIONS: tuple[Annotation, ...] = (TagAnnotation(), NoteAnnotation())
