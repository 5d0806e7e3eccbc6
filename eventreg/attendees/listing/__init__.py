"""The attendee list: its fields, its rows and pages."""

from eventreg.attendees.fields import Cell as Cell, ListField as ListField
from eventreg.attendees.fields.offer import ListOf as ListOf, OfferedQuestion as OfferedQuestion, Words as Words
from eventreg.attendees.listing.counting import Counts as Counts, Facet as Facet, kept_while as kept_while
from eventreg.attendees.listing.fixed import (
    COLUMNS as COLUMNS,
    FILTERS as FILTERS,
    IN_EXPORTS as IN_EXPORTS,
    PANEL as PANEL,
    PANEL_FIRST as PANEL_FIRST,
    Status as Status,
    Way as Way,
)
from eventreg.attendees.listing.pages import (
    BESIDE as BESIDE,
    RegistrationList as RegistrationList,
    put_marks as put_marks,
)
from eventreg.attendees.listing.ready_made import READY_MADE as READY_MADE, ReadyMade as ReadyMade
from eventreg.attendees.listing.shape import (
    ListShape as ListShape,
    ListWords as ListWords,
    get_shape as get_shape,
    read_state as read_state,
)
