"""What an event itself is made of, each as a part that can be taken out and put in. The assembly registers `EVENT_PARTS`."""

from eventreg.events.parts import (
    CategoriesPart,
    ContactsPart,
    DaysPart,
    InstitutionsPart,
    LookPart,
    NoticePart,
    OrganizationsPart,
    TextsPart,
)
from eventreg.programme.parts import MaterialsPart, OutcomesPart, ProgrammePart
from eventreg.team.parts import TeamPart

#: in the order in which they are put in: each after those that it needs
EVENT_PARTS = (
    TextsPart(),
    OrganizationsPart(),
    InstitutionsPart(),
    DaysPart(),
    ProgrammePart(),
    MaterialsPart(),
    OutcomesPart(),
    CategoriesPart(),
    ContactsPart(),
    NoticePart(),
    LookPart(),
    TeamPart(),
)

__all__ = ["EVENT_PARTS"]
