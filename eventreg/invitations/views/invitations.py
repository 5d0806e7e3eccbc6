"""Personal invitations on the desk: the list, one invitation and what can be done with it, one made by form, many from a list.

A list is tried first, line by line; then made, or made and sent.
"""

from collections.abc import Callable
from functools import partial

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from eventreg.attendees.views.desk import categories_in_sight
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer, organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk, tabs_by_state
from eventreg.i18n.languages import known_languages, name_of, own_name
from eventreg.invitations.forms import ExtendForm, InvitationForm, InvitationListForm, end_of, last_day
from eventreg.invitations.queries import get_invitation_line, list_invitations
from eventreg.invitations.rules.invitations import OPEN, InvitationState, Verdict
from eventreg.invitations.rules.lists import Lines, names_of, read_list
from eventreg.invitations.services import invitations, messages
from eventreg.invitations.views import blueprint
from eventreg.kernel.clock import now
from eventreg.kernel.text import showable
from eventreg.registration.queries.places import invitation_token
from eventreg.web import fields, instance, templating, traffic
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import REFUSAL, Refusals, refuse, said


@blueprint.get("/manage/events/<slug>/invitations")
@requires(Permission.SEE_REGISTRATIONS)
def show_invitations(slug: str) -> str:
    """List the invitations in the state, and with the words, that the address holds."""
    event: Event = g.event
    sight = g.event_access.sight
    state = next((each for each in InvitationState if each.value == request.args.get("state")), None)
    search = request.args.get("q", "").strip()
    page = fields.whole_number(request.args.get("page")) or 1
    found = list_invitations(event.id, sight, now(), state=state, search=search, page=page)
    can_send = may(Permission.SEND_MESSAGES)
    to_send, to_remind = messages.count_to_write_to(event.id, sight.scope) if can_send else (0, 0)

    def url(page: int = 1, state: str | None = state.value if state else None) -> str:
        return url_for(
            "invitations.show_invitations", slug=slug, state=state, q=search or None, page=page if page > 1 else None
        )

    return render_desk(
        "invitations/invitations.html",
        "invitations",
        found=found,
        state=state,
        search=search,
        tabs=tabs_by_state(InvitationState, found.counts, state, partial(url, 1), _("All")),
        previous_url=url(found.page - 1) if found.page > 1 else "",
        next_url=url(found.page + 1) if found.page < found.pages else "",
        can_send=can_send,
        to_send=to_send,
        to_remind=to_remind,
    )


@blueprint.route("/manage/events/<slug>/invitations/new", methods=["GET", "POST"])
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def invite_person(slug: str) -> Answer:
    """Invite one person: made only, or made and sent."""
    event: Event = g.event
    form = InvitationForm(category_choices())
    outcome = form.refusals()
    if request.method == "POST":
        with outcome:
            form.check()
            wish = form.wish(event.time_zone, may_decide=may(Permission.DECIDE))
            sends = request.form.get("act") != "make"
            made = invitations.invite(event.id, wish, organizer(), sends=sends)
            flash(_("The invitation is on its way.") if sends else _("The invitation is made. It is not sent yet."))
            return _back(slug, made.public_id)
    page = render_desk("invitations/invitation_new.html", "invitations", form=form)
    return (page, outcome.status_code) if outcome.refused else page


@blueprint.get("/manage/events/<slug>/invitations/<public_id>")
@requires(Permission.SEE_REGISTRATIONS)
def show_one_invitation(slug: str, public_id: str) -> str:
    """Show one invitation and what can be done with it."""
    event: Event = g.event
    sight = g.event_access.sight
    line = get_invitation_line(event.id, public_id, sight, now())
    can_send = may(Permission.SEND_MESSAGES)
    token = invitation_token(line.invitation)
    # Whoever has no address gets the link from hand to hand; of anybody else it is the person's alone.
    link = (
        "" if line.invitation.email or not can_send else instance.address_of("invitations.show_invitation", token=token)
    )
    return render_desk(
        "invitations/sent.html",
        "invitations",
        line=line,
        invitation=line.invitation,
        is_open=line.state in OPEN,
        can_send=can_send,
        can_extend=line.state in OPEN or line.state is InvitationState.EXPIRED,
        link=link,
        form=ExtendForm(works_until=last_day(line.invitation.expires_at, event.time_zone)),
        own_name=own_name,
    )


@blueprint.post("/manage/events/<slug>/invitations/<public_id>/send")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def send_one_invitation(slug: str, public_id: str) -> Response:
    """Send an invitation, for the first time or again."""
    return _act(slug, public_id, messages.send_invitation, _("The invitation is on its way."))


@blueprint.post("/manage/events/<slug>/invitations/<public_id>/remind")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def remind_one(slug: str, public_id: str) -> Response:
    """Remind somebody who has not answered."""
    return _act(slug, public_id, messages.remind_of_invitation, _("The reminder is on its way."))


@blueprint.post("/manage/events/<slug>/invitations/<public_id>/take-back")
@requires(Permission.SEND_MESSAGES)
def end_invitation(slug: str, public_id: str) -> Response:
    """Take an invitation back."""
    return _act(
        slug, public_id, invitations.take_invitation_back, _("The invitation is taken back. Its link no longer works.")
    )


@blueprint.post("/manage/events/<slug>/invitations/<public_id>/extend")
@requires(Permission.SEND_MESSAGES)
def prolong_invitation(slug: str, public_id: str) -> Response:
    """Give an invitation another end."""
    form = ExtendForm()
    if not form.validate():
        return _back(slug, public_id, _("Write a date"))
    with Refusals() as outcome:
        until = end_of(form.works_until.data, g.event.time_zone)
        invitations.extend_invitation(g.event.id, public_id, until, organizer())
        return _back(slug, public_id, _("Saved."))
    return _back(slug, public_id, outcome.problem)


@blueprint.post("/manage/events/<slug>/invitations/send-all")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def send_all_invitations(slug: str) -> Response:
    """Send every invitation that is made and not sent."""
    return _write_to_all(slug, messages.send_all_made)


@blueprint.post("/manage/events/<slug>/invitations/remind-all")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def remind_everybody(slug: str) -> Response:
    """Remind everybody who has not answered."""
    return _write_to_all(slug, messages.remind_all)


def category_choices() -> list[tuple[str, str]]:
    """Return the categories that this account can invite into."""
    return [(category.key, templating.plain_in_reader_language(category.name)) for category in categories_in_sight()]


def _act(slug: str, public_id: str, act: Callable[[int, str, Organizer], None], done: str) -> Response:
    with Refusals() as outcome:
        act(g.event.id, public_id, organizer())
    return _back(slug, public_id, outcome.problem, REFUSAL) if outcome.refused else _back(slug, public_id, done)


def _back(slug: str, public_id: str, words: str = "", tone: str = "message") -> Response:
    if words:
        flash(words, tone)
    return redirect(url_for("invitations.show_one_invitation", slug=slug, public_id=public_id), 303)


def _write_to_all(slug: str, write: Callable[[int, Organizer], int]) -> Response:
    with Refusals() as outcome:
        number = write(g.event.id, organizer())
        flash(ngettext("%(num)d message is on its way.", "%(num)d messages are on their way.", number))
    if outcome.problem:
        flash(outcome.problem, REFUSAL)
    return redirect(url_for("invitations.show_invitations", slug=slug), 303)


#: characters of a list: a thousand people with everything about them
_LONGEST = 500_000


@blueprint.route("/manage/events/<slug>/invitations/list", methods=["GET", "POST"])
@requires(Permission.SEND_MESSAGES)
@traffic.takes_files
@sends(Sending.LOOKED_AT)
def invite_people(slug: str) -> Answer:
    """Take a list: say what would come of each line, or do it when the button of that page was pressed."""
    event: Event = g.event
    form = InvitationListForm(category_choices())
    if request.method != "POST":
        return _page(event, form)
    with form.refusals() as outcome:
        form.check()
        _take_file(form)
        act = request.form.get("act", "try")
        lines = _lines(event, form)
        if act == "change":
            return _page(event, form)
        if act not in ("make", "send"):
            return _page(event, form, invitations.try_list(event.id, lines, organizer(), sends=False))
        verdicts, is_done = invitations.invite_list(event.id, lines, organizer(), sends=act == "send")
        if not is_done:
            return _page(event, form, verdicts)
        if act == "send":
            flash(ngettext("%(num)d invitation is on its way.", "%(num)d invitations are on their way.", len(verdicts)))
        else:
            flash(ngettext("%(num)d invitation is made.", "%(num)d invitations are made.", len(verdicts)))
        return redirect(url_for("invitations.show_invitations", slug=slug), 303)
    if outcome.problem:
        refuse(form.people, outcome.problem)
    return _page(event, form), outcome.status_code


def _page(event: Event, form: InvitationListForm, verdicts: list[Verdict] | None = None) -> str:
    refused = sum(1 for verdict in verdicts or () if verdict.refusal)
    return render_desk(
        "invitations/invitation_list.html",
        "invitations",
        form=form,
        verdicts=verdicts,
        refused=refused,
        without_address=sum(1 for verdict in verdicts or () if not verdict.wish.email),
        sentence=said,
        category_names=dict(category_choices()),
        language_names={code: own_name(code) for code in known_languages()},
    )


def _take_file(form: InvitationListForm) -> None:
    """Put what a file holds into the field of the list, so that it goes along from page to page."""
    storage = request.files.get(form.file.name)
    if storage is None or not storage.filename:
        return
    content = storage.read(_LONGEST * 4)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes as "CSV" in a western language.
        text = content.decode("cp1252", "replace")
    form.people.data = showable(text)


def _lines(event: Event, form: InvitationListForm) -> Lines:
    text = (form.people.data or "")[:_LONGEST]
    categories = names_of({category.key: list(category.name.values()) for category in categories_in_sight()})
    codes = known_languages()
    languages = names_of({code: [own_name(code), *(name_of(code, reader) for reader in codes)] for code in codes})
    return read_list(text, form.terms(event.time_zone, may_decide=may(Permission.DECIDE)), categories, languages)
