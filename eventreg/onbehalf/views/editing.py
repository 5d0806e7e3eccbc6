"""The team changes somebody's answers, by the form that the person has.

What organizers fill in about one person. Sensitive answers are on the form by POST alone, each look recorded.
"""

from dataclasses import replace

from flask import flash, g, request
from flask_babel import gettext as _

from eventreg.attendees.services.looking import look_at_questions
from eventreg.attendees.views.desk import back_to, the_registration, url_of
from eventreg.events.models import Event
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
from eventreg.questionnaires.queries import definition_of, get_current_version, get_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import current_consents, find_asked, load_answers
from eventreg.registration.rules.asked import Asked
from eventreg.registration.rules.states import AddressTaken, RegisteringReason
from eventreg.registration.services.answer_changes import ChangedFiles
from eventreg.registration.services.answers import list_of_registration
from eventreg.registration.views.filled_form import FilledForm
from eventreg.web.access import Answer, may, requires
from eventreg.web.refusals import Refusals
from eventreg.web.traffic import takes_files

_ADDRESS = "/manage/events/<slug>/registrations/<reference>/edit"


@blueprint.get(_ADDRESS)
@requires(Permission.DECIDE)
def edit_registration(slug: str, reference: str) -> Answer:
    """Show somebody's answers as a form, without what is sensitive."""
    check_may(Permission.SEE_CONTACT_DATA)
    return _Editing(reference).page()


@blueprint.post(_ADDRESS)
@requires(Permission.DECIDE)
@takes_files
def save_registration(slug: str, reference: str) -> Answer:
    """Keep what was changed; or show the form with its sensitive answers, which records the look."""
    check_may(Permission.SEE_CONTACT_DATA)
    with_sensitive = bool(request.form.get("with_sensitive"))
    if with_sensitive:
        check_may(Permission.SEE_SENSITIVE)
    editing = _Editing(reference, with_sensitive=with_sensitive, is_sent=request.form.get("action") != "show")
    if not editing.is_sent:
        look_at_questions(editing.registration, editing.sensitive_keys(), organizer())
        return editing.page()
    return editing.save()


class _Editing:
    """One registration's answers, being changed by one organizer."""

    def __init__(self, reference: str, *, with_sensitive: bool = False, is_sent: bool = False) -> None:
        self.event: Event = get_event_whole(g.event.id)
        self.registration: Registration = the_registration(reference)
        self.asked: Asked = find_asked(self.registration)
        self.with_sensitive, self.is_sent = with_sensitive, is_sent
        sent = request.form if is_sent else None
        self.terms = EditForm(sent, self.registration, newest_entry(self.registration))
        self.form = self._form()

    def sensitive_keys(self) -> list[str]:
        """Return the questions whose answers are not shown unless asked for.

        A file is one: it is shown by its name, which tells of people.
        """
        return [question.key for question in self._questions() if question.is_sensitive or _is_file(question)]

    def save(self) -> Answer:
        """Keep what was sent, or show it again with what is to be checked."""
        form = self.form
        form.take_files()
        if not form.is_valid() or form.misses_files():
            return self.page(), 422
        edit = Edit(
            form.answers(),
            self._keys(),
            ChangedFiles(form.submission_key, form.new_files, form.removed),
            self.terms.entry,
            bool(self.terms.tells_old.data),
        )
        with form.refusals(to_team=True, busy=_("The desk is busy. Nothing is lost: send it once more.")) as outcome:
            done = change_for(self.event.id, self.registration.reference, edit, act_of(self.terms))
            if not done.answers and not done.has_new_address:
                flash(_("Nothing was changed."))
            elif done.has_new_address:
                flash(_("Saved. The new address gets its link by email."))
            else:
                flash(_("Saved. The person is told by email.") if self.terms.tells.data else _("Saved."))
            return back_to(self.registration.reference)
        if isinstance(outcome.refused, AddressTaken):
            form.refuse_address(taken_words(outcome.refused.reference))
            return self.page(), 409
        if outcome.is_for(RegisteringReason.TOO_MANY_FILES):
            return self.page(message=outcome.problem), outcome.status_code
        return self.page(outcome), outcome.status_code

    def page(self, outcome: Refusals | None = None, message: str = "") -> str:
        """Return the page with the form as it stands."""
        faults = self.form.kept().errors()
        if message:
            faults.append(("send", message))
        hides = bool(self.sensitive_keys()) and not self.with_sensitive
        return act_page(
            "onbehalf/edit.html",
            self.registration,
            self.terms,
            outcome,
            answers=self.form,
            faults=faults,
            with_sensitive=self.with_sensitive,
            offers_sensitive=hides and may(Permission.SEE_SENSITIVE),
            hides_sensitive=hides,
        )

    def _questions(self) -> list[Question]:
        able = set(answerable_keys(self.event, self.registration, self.asked))
        return [question for question in self.asked.definition.questions() if question.key in able]

    def _keys(self) -> set[str]:
        kept = set() if self.with_sensitive else set(self.sensitive_keys())
        return {question.key for question in self._questions()} - kept

    def _form(self) -> FilledForm:
        registration = self.registration
        definition = relaxed(as_one_form(self.asked.definition))
        keys = self._keys()
        given = {key: ["yes"] for key, is_given in current_consents(registration.id).items() if is_given}
        standing = {key: files for key, files in list_of_registration(registration.id).items() if key in keys}
        return FilledForm(
            self.event,
            registration.category,
            get_version(registration.questionnaire_id),
            submission_key_or_new(request.form.get("submission_key")) if self.is_sent else new_submission_key(),
            is_sent=self.is_sent,
            definition=definition,
            answers={**given, **load_answers(registration, self.asked.definition)},
            standing=standing,
            leave_out={question.key for question in definition.questions()} - keys,
        )


def _is_file(question: Question) -> bool:
    return kinds.get(question.kind).is_file


@blueprint.get("/manage/events/<slug>/registrations/<reference>/for-team")
@requires(Permission.DECIDE)
def edit_team_answers(slug: str, reference: str) -> Answer:
    """Show what organizers fill in as a form, without what is sensitive."""
    registration, questions = _open(reference, with_sensitive=False)
    return _page(registration, _form(registration, questions, is_sent=False), with_sensitive=False)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/for-team")
@requires(Permission.DECIDE)
@takes_files
def save_team_answers(slug: str, reference: str) -> Answer:
    """Keep what was filled in; or show the form with its sensitive answers, which records the look."""
    event: Event = g.event
    wants_sensitive = bool(request.form.get("with_sensitive"))
    if wants_sensitive:
        check_may(Permission.SEE_SENSITIVE)
    registration, questions = _open(reference, with_sensitive=wants_sensitive)
    if request.form.get("action") == "show":
        look_at_questions(registration, [question.key for question in questions if question.is_sensitive], organizer())
        return _page(registration, _form(registration, questions, is_sent=False), with_sensitive=True)
    form = _form(registration, questions, is_sent=True)
    form.take_files()
    if not form.is_valid() or form.misses_files():
        return _page(registration, form, with_sensitive=wants_sensitive), 422
    files = ChangedFiles(form.submission_key, form.new_files, form.removed)
    keys = [question.key for question in questions]
    with Refusals() as outcome:
        change_team_answers(event.id, reference, form.answers(), keys, files, organizer())
        flash(_("Saved for the team."))
        return back_to(reference)
    return _page(registration, form, outcome.problem, with_sensitive=wants_sensitive), outcome.status_code


def _open(reference: str, *, with_sensitive: bool) -> tuple[Registration, list[Question]]:
    event: Event = g.event
    registration = the_registration(reference)
    questions = team_questions(event.id, registration.category.key)
    # A file is as good as sensitive: it is shown by its name, which tells of people.
    shown = [q for q in questions if with_sensitive or not (q.is_sensitive or kinds.get(q.kind).is_file)]
    return registration, shown


def _form(registration: Registration, questions: list[Question], *, is_sent: bool) -> FilledForm:
    event = get_event_whole(registration.event_id)
    version = get_current_version(event.id)
    asked = {question.key for question in questions}
    sections = tuple(replace(section, stage=Stage.REGISTRATION) for section in definition_of(version).sections)
    definition = replace(definition_of(version), sections=sections)
    return FilledForm(
        event,
        registration.category,
        version,
        submission_key_or_new(request.form.get("submission_key")) if is_sent else new_submission_key(),
        is_sent=is_sent,
        definition=definition,
        answers=load_answers(registration, find_asked(registration, for_team=True).definition),
        standing={key: file for key, file in list_of_registration(registration.id).items() if key in asked},
        leave_out={question.key for question in definition.questions()} - asked,
    )


def _page(registration: Registration, form: FilledForm, message: str = "", *, with_sensitive: bool) -> str:
    event: Event = g.event
    faults = form.kept().errors()
    if message:
        faults.append(("send", message))
    everything = team_questions(event.id, registration.category.key)
    hides = any(question.is_sensitive or kinds.get(question.kind).is_file for question in everything)
    return render_desk(
        "onbehalf/team_answers.html",
        "registrations",
        registration=registration,
        answers=form,
        faults=faults,
        with_sensitive=with_sensitive,
        offers_sensitive=hides and not with_sensitive and may(Permission.SEE_SENSITIVE),
        back_url=url_of(registration.reference),
    )
