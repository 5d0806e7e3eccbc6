"""The team changes somebody's answers, by the form that the person has; or fills in what only organizers see.

Sensitive answers are on the form by POST alone, each look recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, g, request
from flask_babel import gettext as _

from eventreg.attendees.services.team_acts import look_at_questions
from eventreg.attendees.views.desk import back_to, the_registration, url_of
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.tokens import new_submission_key, submission_key_or_new
from eventreg.onbehalf.forms import EditForm
from eventreg.onbehalf.rules import as_one_form, relaxed
from eventreg.onbehalf.services.changes import Edit, answerable_keys, change_for, change_team_answers, team_questions
from eventreg.onbehalf.views import blueprint
from eventreg.onbehalf.views.acting import act_of, act_page, check_may, newest_entry, taken_words
from eventreg.questionnaires import kinds
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version, get_version
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.registration.queries.answers import current_consents, find_asked, load_answers
from eventreg.registration.rules.states import AddressTaken, RegisteringReason
from eventreg.registration.services.answers import list_of_registration
from eventreg.registration.views.filled_form import FilledForm
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals
from eventreg.web.traffic import takes_files

_ADDRESS = "/manage/events/<slug>/registrations/<reference>/edit"
_FOR_TEAM = "/manage/events/<slug>/registrations/<reference>/for-team"


@blueprint.get(_ADDRESS)
@requires(Permission.DECIDE)
def edit_registration(slug: str, reference: str) -> Answer:
    """Show somebody's answers as a form, without what is sensitive."""
    check_may(Permission.SEE_CONTACT_DATA)
    return _Answers(reference).page()


@blueprint.post(_ADDRESS)
@requires(Permission.DECIDE)
@takes_files
@sends(Sending.CHOICE)
def save_registration(slug: str, reference: str) -> Answer:
    """Keep what was changed; or show the form with its sensitive answers, which records the look."""
    check_may(Permission.SEE_CONTACT_DATA)
    return _Answers.sent(reference)


@blueprint.get(_FOR_TEAM)
@requires(Permission.DECIDE)
def edit_team_answers(slug: str, reference: str) -> Answer:
    """Show what organizers fill in as a form, without what is sensitive."""
    return _TeamAnswers(reference).page()


@blueprint.post(_FOR_TEAM)
@requires(Permission.DECIDE)
@takes_files
def save_team_answers(slug: str, reference: str) -> Answer:
    """Keep what was filled in; or show the form with its sensitive answers, which records the look."""
    return _TeamAnswers.sent(reference)


class _Editing:
    """Answers about one person, being changed by one organizer; what is sensitive is on the form where it was asked for."""

    def __init__(self, reference: str, *, with_sensitive: bool = False, is_sent: bool = False) -> None:
        # Whoever may not know of the person is told so before anything else is read.
        self.registration = the_registration(reference)
        self.event = get_event_whole(g.event.id)
        self.with_sensitive, self.is_sent = with_sensitive, is_sent
        self.definition, self.version, self.given = self.asked()
        self.able = self.questions()
        self.keys = {question.key for question in self.able if with_sensitive or not _is_hidden(question)}
        standing = list_of_registration(self.registration.id)
        self.form = FilledForm(
            self.event,
            self.registration.category,
            self.version,
            submission_key_or_new(request.form.get("submission_key")) if is_sent else new_submission_key(),
            is_sent=is_sent,
            came_by=self.registration.came_by,
            definition=self.definition,
            answers=self.given,
            standing={key: files for key, files in standing.items() if key in self.keys},
            leave_out={question.key for question in self.definition.questions()} - self.keys,
        )

    @classmethod
    def sent(cls, reference: str) -> Answer:
        """Answer what was sent: kept, or shown again with what is to be checked, or with its sensitive answers."""
        with_sensitive = bool(request.form.get("with_sensitive"))
        if with_sensitive:
            check_may(Permission.SEE_SENSITIVE)
        editing = cls(reference, with_sensitive=with_sensitive, is_sent=request.form.get("action") != "show")
        if not editing.is_sent:
            look_at_questions(editing.registration, editing.looked_at(), organizer())
            return editing.page()
        editing.form.take_files()
        if not editing.form.is_valid() or editing.form.misses_files():
            return editing.page(), 422
        return editing.save()

    def asked(self) -> tuple[Definition, QuestionnaireVersion, Mapping[str, Sequence[str]]]:
        """Return the form, its version, and the answers that stand."""
        raise NotImplementedError

    def questions(self) -> Sequence[Question]:
        """Return the questions of the form that the team may answer."""
        raise NotImplementedError

    def looked_at(self) -> list[str]:
        """Return the questions whose answers are looked at by showing all of them."""
        return [question.key for question in self.able if _is_hidden(question)]

    def save(self) -> Answer:
        """Keep what was sent and is sound."""
        raise NotImplementedError

    def page(self, outcome: Refusals | None = None, message: str = "") -> str:
        """Return the page with the form as it stands."""
        raise NotImplementedError

    def shown(self, message: str) -> dict[str, Any]:
        """Return what both pages need."""
        hides = any(map(_is_hidden, self.able)) and not self.with_sensitive
        return {
            "answers": self.form,
            "faults": self.form.faults(message),
            "with_sensitive": self.with_sensitive,
            "offers_sensitive": hides and may(Permission.SEE_SENSITIVE),
            "hides_sensitive": hides,
        }


class _Answers(_Editing):
    """What the person answered."""

    def asked(self) -> tuple[Definition, QuestionnaireVersion, Mapping[str, Sequence[str]]]:
        registration = self.registration
        sent = request.form if self.is_sent else None
        self.terms = EditForm(sent, registration, newest_entry(registration))
        self.was_asked = find_asked(registration)
        given = {key: ["yes"] for key, is_given in current_consents(registration.id).items() if is_given}
        answers = given | load_answers(registration, self.was_asked.definition)
        return relaxed(as_one_form(self.was_asked.definition)), get_version(registration.questionnaire_id), answers

    def questions(self) -> Sequence[Question]:
        able = set(answerable_keys(self.event, self.registration, self.was_asked))
        return [question for question in self.was_asked.definition.questions() if question.key in able]

    def save(self) -> Answer:
        form, terms = self.form, self.terms
        edit = Edit(form.answers(), self.keys, form.changed_files(), terms.entry, bool(terms.tells_old.data))
        with form.refusals(to_team=True, busy=_("The desk is busy. Nothing is lost: send it once more.")) as outcome:
            done = change_for(self.event.id, self.registration.reference, edit, act_of(terms))
            if not done.answers and not done.has_new_address:
                flash(_("Nothing was changed."))
            elif done.has_new_address:
                flash(_("Saved. The new address gets its link by email."))
            else:
                flash(_("Saved. The person is told by email.") if terms.tells.data else _("Saved."))
            return back_to(self.registration.reference)
        if isinstance(outcome.refused, AddressTaken):
            form.refuse_address(taken_words(outcome.refused.reference))
            return self.page(), 409
        if outcome.is_for(RegisteringReason.TOO_MANY_FILES):
            return self.page(message=outcome.problem), outcome.status_code
        return self.page(outcome), outcome.status_code

    def page(self, outcome: Refusals | None = None, message: str = "") -> str:
        return act_page("onbehalf/edit.html", self.registration, self.terms, outcome, **self.shown(message))


class _TeamAnswers(_Editing):
    """What organizers fill in, on a form of its own."""

    def asked(self) -> tuple[Definition, QuestionnaireVersion, Mapping[str, Sequence[str]]]:
        version = get_current_version(self.event.id)
        definition = definition_of(version)
        sections = tuple(replace(section, stage=Stage.REGISTRATION) for section in definition.sections)
        answers = load_answers(self.registration, find_asked(self.registration, for_team=True).definition)
        return replace(definition, sections=sections), version, answers

    def questions(self) -> Sequence[Question]:
        return team_questions(self.event.id, self.registration.category.key)

    def looked_at(self) -> list[str]:
        return [question.key for question in self.able if question.key in self.keys and question.is_sensitive]

    def save(self) -> Answer:
        files, reference = self.form.changed_files(), self.registration.reference
        with Refusals() as outcome:
            change_team_answers(self.event.id, reference, self.form.answers(), self.keys, files, organizer())
            flash(_("Saved for the team."))
            return back_to(reference)
        return self.page(message=outcome.problem), outcome.status_code

    def page(self, outcome: Refusals | None = None, message: str = "") -> str:
        return render_desk(
            "onbehalf/team_answers.html",
            "registrations",
            registration=self.registration,
            back_url=url_of(self.registration.reference),
            **self.shown(message),
        )


def _is_hidden(question: Question) -> bool:
    """Say whether an answer is not shown unless asked for: a file is, since it is shown by its name, which tells of people."""
    return question.is_sensitive or kinds.get(question.kind).is_file
