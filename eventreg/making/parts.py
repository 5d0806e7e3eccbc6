"""What an event itself is made of, each as a part that can be taken out and put in. The assembly registers `EVENT_PARTS`."""

from eventreg.events import parts
from eventreg.programme.parts import MaterialsPart, OutcomesPart, ProgrammePart
from eventreg.team.parts import TeamPart

#: in the order in which they are put in: each after those that it needs
EVENT_PARTS = (
    parts.TextsPart(),
    parts.OrganizationsPart(),
    parts.InstitutionsPart(),
    parts.DaysPart(),
    ProgrammePart(),
    MaterialsPart(),
    OutcomesPart(),
    parts.CategoriesPart(),
    parts.NoticePart(),
    parts.LookPart(),
    TeamPart(),
)

__all__ = ["EVENT_PARTS"]
