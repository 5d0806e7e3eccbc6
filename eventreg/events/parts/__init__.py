"""What an event itself is made of, each as a part that can be taken out and put in. The assembly registers `EVENT_PARTS`."""

from eventreg.events.parts.categories import CategoriesPart
from eventreg.events.parts.days import DaysPart
from eventreg.events.parts.institutions import InstitutionsPart, OrganizationsPart
from eventreg.events.parts.look import LookPart
from eventreg.events.parts.materials import MaterialsPart
from eventreg.events.parts.notice import NoticePart
from eventreg.events.parts.outcomes import OutcomesPart
from eventreg.events.parts.programme import ProgrammePart
from eventreg.events.parts.team import TeamPart
from eventreg.events.parts.texts import TextsPart

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
    NoticePart(),
    LookPart(),
    TeamPart(),
)

__all__ = ["EVENT_PARTS"]
