"""Lists that somebody outside is given of nearly every event: one small declaration each, in `READY_MADE`."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from eventreg.attendees.listing.shape import ListShape
from eventreg.attendees.rules.listing import ANSWER, PERSON, STATUS, ListState
from eventreg.registration.rules.states import Status

_KIND = "kind."


@dataclass(frozen=True)
class ReadyMade:
    """Who is in it, as far as the list does not say so already, and the columns that they need and no more."""

    title: LazyString
    #: names of columns; "answer.<key>" of what the ready-made questions ask, and "kind.<kind>" for every question of a kind,
    #: as far as the event asks it; "a|b" is b where it does not ask a
    columns: tuple[str, ...]
    #: the value of the format that most want it in
    format: str = "xlsx"
    order: str = PERSON
    statuses: tuple[Status, ...] = (Status.CONFIRMED,)

    def is_for(self, shape: ListShape) -> bool:
        """Say whether somebody with this list can have it: no column that every event has is withheld from them."""
        return all("." in name or name in shape.by_column for name in self.columns)

    def state(self, state: ListState, shape: ListShape) -> ListState:
        """Return the list narrowed as it is, with these columns and this order."""
        if state.filter_of(STATUS) is None:
            state = state.narrowed(status=[each.value for each in self.statuses])
        names = [name for said in self.columns for name in _names(said, shape) if name in shape.by_column]
        return state.with_(columns=tuple(dict.fromkeys(names)), order=self.order, is_descending=False)


def _names(said: str, shape: ListShape) -> list[str]:
    said, _bar, instead = said.partition("|")
    if instead:
        return _names(said, shape) or _names(instead, shape)
    if not said.startswith(_KIND):
        return [said]
    kind = said.removeprefix(_KIND)
    asked = shape.questions.items()
    return [f"{ANSWER}{key}" for key, each in asked if each.question.kind == kind and not each.is_retired]


#: by the name that addresses have for them
READY_MADE = {
    "hotel": ReadyMade(
        _l("Hotel: arrivals and nights"), (PERSON, "country", "kind.nights|kind.days", "kind.date_range", "reference")
    ),
    "catering": ReadyMade(_l("Catering"), (PERSON, "kind.days", "answer.diet")),
    "door": ReadyMade(_l("Entrance, by surname"), (PERSON, "institution", "category", "kind.days", "reference"), "pdf_list"),
    "security": ReadyMade(
        _l("Security or embassy"),
        (PERSON, "answer.passport_name", "answer.passport_number", "answer.nationality", "country", "institution", "position"),
    ),
    "mailing": ReadyMade(_l("Addresses"), (PERSON, "institution", "email", "language"), "csv"),
}  # fmt: skip
