"""What a new event can begin with, in words."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from eventreg.events.rules.founding import BLANK, TEMPLATES


class Beginning(NamedTuple):
    """Something to begin an event with."""

    key: str
    name: str
    #: what comes with it, in a line
    brings: str


def beginnings() -> list[Beginning]:
    """Return what an event can begin with, in the order of the page, in the language in force."""
    words = {
        "seminar": (_("Two-day seminar"), _("Invited experts whom organizers confirm, panels, working groups, recommendations.")),
        "workshop": (_("Half-day workshop"), _("Participants confirmed at once, group work, one morning.")),
        "webinar": (_("Webinar"), _("Online, an hour and a half, open until an hour before it begins.")),
        "conference": (_("Conference"), _("Three days, two rooms in parallel, speakers, students and press.")),
        BLANK: (_("From nothing"), _("Days, one category, a privacy notice and the basic form.")),
    }  # fmt: skip
    return [Beginning(key, *words[key]) for key in (*TEMPLATES, BLANK)]
