"""Writing to many: to whom, in which languages, in what words, what is to be known before it goes; the trial on oneself; and
what was written, drafts among it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from eventreg.accounts.queries import list_account_names
from eventreg.attendees.queries.reasons import list_views
from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.views.desk import categories_in_sight, field_words, list_shape
from eventreg.attendees.views.narrowing import said_filters
from eventreg.audit.services import acting
from eventreg.bulk.emails import written_message
from eventreg.bulk.forms import WriteRunForm
from eventreg.bulk.models import Run
from eventreg.bulk.queries import writing as written
from eventreg.bulk.queries.cases import Cases, Line
from eventreg.bulk.queries.previews import RunFigures, fits, get_figures
from eventreg.bulk.queries.runs import RunCounts, RunLine, count_messages, count_statuses, find_person, list_people
from eventreg.bulk.services import runs, schedules, writing
from eventreg.bulk.views import blueprint
from eventreg.bulk.views.drafts import draft_page, keep, open_draft, save_draft
from eventreg.bulk.views.pages import PAGES, ActPage, reading_languages
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole, list_sign_up_sessions
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, name_of, own_name
from eventreg.kernel import text
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.tokens import new_submission_key
from eventreg.mail.rich import render_rich
from eventreg.mail.rules import NOT_ARRIVED, DeliveryState
from eventreg.mail.services import OutgoingMessage
from eventreg.messages.emails import preview_message, sample_person
from eventreg.questionnaires.kinds import SessionChoice
from eventreg.registration.emails import Occasion, find_message
from eventreg.registration.emails.placeholders import offered
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.messages import IN_WRITTEN_BODY
from eventreg.registration.rules.states import STATUS_ORDER, Status
from eventreg.web import fields, templating
from eventreg.web.access import Answer, Sending, requires, sends

_RUN = "/manage/events/<slug>/registrations/runs/<public_id>"
_WRITE = "/manage/events/<slug>/messages/write"
#: whom one may not have meant to write to
_POINTED_OUT = (Status.DECLINED, Status.CANCELLED, Status.WAITLISTED)
#: so many lists has a draft, each with so long an address
_MOST_LISTS, _LONGEST_LIST = 12, 2_000
#: so much of a text is shown among others
_FIRST_WORDS = 110
#: so many people are looked at for what different people read, and so many mails are shown of it
_MOST_TRIED, _MOST_CASES = 500, 12


class WritePage(ActPage):
    """A message: its people, subject and words in the languages that they read, shown as any of them gets it."""

    page, sent_page = "write", "writings"
    page_template = "bulk/write.html"
    after_template = "bulk/_run_written.html"

    def people(self, run: Run) -> Any:
        return _recipients(run).items

    def listed(self, run: Run) -> Any:
        return _recipients(run).listed if run.details.get("to") else None

    def form(self, event: Event, run: Run, figures: RunFigures) -> WriteRunForm:
        details = run.details
        usual = reading_languages(event, figures)
        form = WriteRunForm(
            list(dict.fromkeys((*usual, *event.languages))),
            usual,
            Cases(event),
            subject=details.get("subject", {}),
            body=details.get("body", {}),
            write_in=details.get("write_in", []),
            named=details.get("named", ""),
            falls_back=bool(details.get("falls_back")),
            who=details.get("who", ""),
        )
        picked, found = request.form.get("pick"), written.find_named(event.id, form.names, g.event_access.scope)
        form.found = [[one for one in some if one.reference == picked] or some for some in found]
        if request.method == "GET":
            # What was saved to be looked at is told what is wrong with it as well.
            form.check_words()
            form.check_names()
        return form

    def details(self, form: WriteRunForm) -> dict[str, Any]:
        if request.form.get("use") and form.start_from.data:
            for earlier, _by, _event in written.list_earlier(g.event.id, current_user.id, form.start_from.data):
                form.fill(earlier.details)
        return {
            "to": list(_lists_sent(form)),
            "saved_by": current_user.id,
            "named": "\n".join(form.unclear),
            "write_in": form.chosen,
            "falls_back": bool(form.falls_back.data),
            "who": form.typed_who,
            **form.tidied_words(),
        }

    def kept(self, form: WriteRunForm, run: Run) -> None:
        if ids := [some[0].id for some in form.found if len(some) == 1]:
            runs.take_in(run.id, ids)

    def check(self, form: WriteRunForm, event: Event, run: Run, figures: RunFigures) -> bool:
        is_sound = bool(form.validate())
        is_sound = form.check_names() and is_sound
        return form.is_complete(figures.by_language) and is_sound

    def shown(self, form: WriteRunForm, event: Event, run: Run, figures: RunFigures) -> Mapping[str, Any]:
        recipients = _recipients(run)
        numbers, named = recipients.counts()
        statuses, words = count_statuses(run, recipients.items), writing.text_of(run)
        form.seen.data, form.people.data = runs.seen_of(run), str(figures.total)
        form.add.choices = {_("None"): [("", _("Choose a list"))], **lists_offered(event)}
        form.start_from.choices = {_("None"): [("", _("Choose an earlier message"))], **_earlier_offered(event)}
        return {
            "instead": [
                (number, name_of(code), name_of(other.language))
                for code, number in figures.by_language.items()
                if (other := text.pick(words.body, code, event.languages)).text and other.language != code
            ],
            "pointed_out": [(_(status.title), statuses[status]) for status in _POINTED_OUT if statuses.get(status)],
            "all_people": sum(statuses.values()),
            "failing": recipients.list_failing(g.event_access.scope),
            "placeholders": offered(IN_WRITTEN_BODY),
            "answers_offered": form.cases.offered(current_language()),
            "is_nobody": bool(run.details.get("who")) and _asked_for(run) is None,
            "own_address": current_user.email,
            "submission_key": new_submission_key(),
            "lists": [(query, said_list(query), n) for query, n in zip(_queries(run), numbers, strict=True)],
            "named_people": named,
        }

    def writes(self, run: Run) -> bool:
        return bool(run.details.get("body") or run.details.get("message"))

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        """Return the mail; of the people of a language, the one who was asked for is shown."""
        asked = None if self._lines(run) else _asked_for(run)
        shown = asked if asked is not None and asked.language == person.language else person
        if (ready := find_message(run.details.get("message", ""))) is not None:
            return preview_message(occasion, ready, person.language, shown, find_day_ids(shown), now())
        return written_message(occasion, shown, find_day_ids(shown), writing.text_of(run), "preview", now())

    def _lines(self, run: Run) -> bool:
        return any(map(Cases.lines_of, writing.text_of(run).body.values()))

    def cases(self, event: Event, run: Run) -> Sequence[tuple[str, Registration, int]]:
        """Return the mail of each set of paragraphs that somebody reads, as far as the first people show; whoever was asked for
        stands first."""
        if not self._lines(run):
            return ()
        people, asked = list_people(run, g.event_access.scope, self.people(run), _MOST_TRIED), _asked_for(run)
        first, rest = ([asked] if asked is not None else []), [one for one in people if one != asked]
        written_to = [one for one in (*first, *rest) if fits(run.act, one.status)]
        cases = Cases(event)
        found = cases.of_people(writing.text_of(run).body, written_to)
        is_whole = len(people) < _MOST_TRIED
        return [
            (f"{own_name(language)}: {_said(cases, held)}", some[0], len(some) if is_whole else 0)
            for (language, held), some in list(found.items())[:_MOST_CASES]
        ]

    def after(self, event: Event, run: Run) -> Mapping[str, Any]:
        counts = count_messages(run)
        text = writing.text_of(run)
        return {
            "subject": first_words(run, event)[0],
            "texts": [
                (code, own_name(code), text.subject.get(code, ""), text.body.get(code, ""))
                for code in dict.fromkeys((*text.subject, *text.body))
            ],
            "waiting": counts.get(DeliveryState.QUEUED, 0) + counts.get(DeliveryState.HELD, 0),
            "gone": sum(counts.get(state, 0) for state in _GONE),
            "failed": sum(counts.get(state, 0) for state in NOT_ARRIVED),
            "doubtful": counts.get(DeliveryState.DOUBTFUL, 0),
        }


def _said(cases: Cases, held: Sequence[Line]) -> str:
    said = "; ".join(cases.words(line, current_language()) for line in held)
    return said or _("without the paragraphs for some people only")


#: what a server has, or is being given
_GONE = (DeliveryState.SENT, DeliveryState.SENDING)
PAGES[RunAct.WRITE] = WritePage()


@blueprint.post(f"{_RUN}/trial")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def try_run_message(slug: str, public_id: str) -> Answer:
    """Keep what was written, and send it to whoever wrote it, as one of the people would get it."""
    event, run, page = get_event_whole(g.event.id), open_draft(public_id, RunAct.WRITE).run, WritePage()
    form = page.form(event, run, get_figures(run, page.people(run)))
    with form.refusals() as outcome:
        is_sound = form.validate()
        keep(run, page, form)
        if not is_sound:
            raise Refused("")
        if not form.body.data:
            raise Refused(N_("Write this text"), field="body")
        run = open_draft(public_id).run
        person = _asked_for(run) or find_person(run, g.event_access.scope, "", page.people(run))
        person = person or sample_person(event, form.languages[0])
        writing.try_on_oneself(run.id, person, current_user.email, acting())
        flash(_("Sent to you at %(address)s. Nobody else has got anything yet.", address=current_user.email))
        return redirect(url_for("bulk.show_run", slug=slug, public_id=public_id), 303)
    return draft_page(open_draft(public_id), form, outcome.problem), outcome.status_code


@blueprint.get(_WRITE)
@requires(Permission.SEND_MESSAGES)
def write(slug: str) -> str:
    """Show the composer with nothing written yet; the address may name lists to begin with."""
    run = Run(public_id="", event_id=g.event.id, account_id=current_user.id, act=RunAct.WRITE)
    run.details = {"to": [query[:_LONGEST_LIST] for query in request.args.getlist("to")[:_MOST_LISTS]]}
    return draft_page(RunLine(run, current_user.name, RunCounts({})))


@blueprint.post(_WRITE)
@requires(Permission.SEND_MESSAGES)
def keep_draft(slug: str) -> Answer:
    """Keep what was written as a draft. Sent twice it is one."""
    key = request.form.get("submission_key", "")[:64]
    run = runs.draft_run(g.event.id, RunAct.WRITE, None, current_user.id, submission_key=key)
    return save_draft(open_draft(run.public_id))


@blueprint.post(f"{_RUN}/discard")
@requires(Permission.SEND_MESSAGES)
def discard_draft(slug: str, public_id: str) -> Answer:
    """Delete a draft."""
    runs.discard(open_draft(public_id, RunAct.WRITE).run.id, acting())
    flash(_("The draft was deleted."))
    return redirect(url_for("bulk.list_writings", slug=slug), 303)


@blueprint.get("/manage/events/<slug>/messages/written")
@requires(Permission.SEND_MESSAGES)
def list_writings(slug: str) -> str:
    """Show drafts that are kept and what was sent, and find words in them."""
    event, search = g.event, " ".join(request.args.get("q", "").split())[:200]
    is_sent = {"draft": False, "sent": True}.get(request.args.get("state", ""))
    before = fields.whole_number(request.args.get("before"))
    lines, more = written.list_writings(event.id, organizer(), search, is_sent, before)
    savers = {line.run.id: line.run.details.get("saved_by") for line in lines if line.run.begun_at is None}
    names = list_account_names({saver for saver in savers.values() if saver})
    others = {line.run.id: names.get(savers.get(line.run.id) or 0, "") for line in lines}
    here = partial(url_for, "bulk.list_writings", slug=slug, q=search or None)
    states = {None: _("All messages"), "draft": _("Drafts"), "sent": _("Mailings")}
    shown = {False: "draft", True: "sent"}.get(is_sent)  # type: ignore[arg-type]
    return render_desk(
        "bulk/writings.html",
        "writings",
        lines=[(line, *first_words(line.run, event), said_to(line), others[line.run.id]) for line in lines],
        search=search,
        state=shown,
        tabs=[{"text": words, "href": here(state=state), "current": state == shown} for state, words in states.items()],
        next_url=here(state=shown, before=more) if more else "",
    )


def _asked_for(run: Run) -> Registration | None:
    """Return whom among the people of a run its writer wants to see it as."""
    typed = str(run.details.get("who", ""))
    return find_person(run, g.event_access.scope, typed, _recipients(run).items) if typed else None


def _queries(run: Run) -> Sequence[str]:
    """Return the lists of a draft, each as its address says it."""
    return list(run.details.get("to") or ())


def _recipients(run: Run) -> written.Recipients:
    if run.schedule is not None and run.schedule.is_on and run.account_id != current_user.id:
        # It goes in the name, and so in the sight, of whoever switched it on.
        return schedules.recipients_of(run)
    categories = categories_in_sight()
    return written.recipients_in(run, g.event_access.sight, categories, list_shape(categories))


def _lists_sent(form: WriteRunForm) -> Iterator[str]:
    """Yield the lists that a form brings, without the one that is taken off, and with one that is added."""
    shape, added = list_shape(categories_in_sight()), (form.add.data or "")[: _LONGEST_LIST + 1]
    state = written.read_list(added[1:], shape) if added.startswith("?") else None
    every = dict.fromkeys([*request.form.getlist("to"), *([written.query_of(state)] if state is not None else [])])
    every.pop(request.form.get("drop", "\n"), None)
    yield from [query[:_LONGEST_LIST] for query in every][:_MOST_LISTS]


def lists_offered(event: Event) -> dict[str, list[tuple[str, str]]]:
    """Return the lists that can be added to a draft, by kind; each as an address behind a question mark."""
    every, shape, words = ListState(), list_shape(categories_in_sight()), templating.plain_in_reader_language
    people, sign_ups = (
        _("Registrations"),
        [each for each in shape.fields.values() if each.question and each.question.kind == "sessions"],
    )
    sessions = [SessionChoice(*row) for row in list_sign_up_sessions(event.id)] if sign_ups else []
    statuses = [each for each in STATUS_ORDER if each is not Status.UNVERIFIED]
    rows: list[tuple[str, str, ListState | None]] = [
        (people, _("All registrations"), every),
        *((people, _(each.title), every.narrowed(status=[each.value])) for each in statuses),
    ]
    for view in list_views(event.id, current_user.id):
        rows.append((_("Saved views"), view.name, written.read_list(view.query, shape)))
    for each in categories_in_sight():
        rows.append((_("Categories"), words(each.name), every.narrowed(category=[each.key])))
    for public_id, name in shape.tags.items():
        rows.append((_("Tags"), name, every.narrowed(tag=[public_id])))
    for field, session in product(sign_ups, sessions):
        title = f"{words(session.title)} ({session.when(current_language())})"
        rows.append((_("Sessions"), title, every.narrowed(**{field.name: [session.public_id]})))
    offered: dict[str, list[tuple[str, str]]] = {}
    for group, title, state in rows:
        if state is not None:
            offered.setdefault(group, []).append((f"?{written.query_of(state)}", title))
    return offered


def _earlier_offered(event: Event) -> dict[str, list[tuple[str, str]]]:
    """Return what was sent before, by event."""
    offered: dict[str, list[tuple[str, str]]] = {}
    for run, by, of_event in written.list_earlier(event.id, current_user.id):
        subject, _words = first_words(run, of_event)
        at = formats.instant(run.begun_at, of_event.time_zone, current_language()) if run.begun_at else ""
        of_here = _("This event") if of_event.id == event.id else templating.plain_in_reader_language(of_event.title)
        offered.setdefault(of_here, []).append((run.public_id, f"{subject} · {at} · {by}"))
    return offered


def said_list(query: str) -> str:
    """Return what a list is called: as a view that shows just that, else what it is narrowed to."""
    state = written.read_list(query, list_shape(categories_in_sight()))
    if state is None:
        return _("A list that is not there any more")
    return said_filters(state, field_words(categories_in_sight())) or _("All registrations")


def said_to(line: RunLine) -> str:
    """Return to whom a message is or was written, in words: the lists of a draft, and how many people."""
    said = [said_list(query) for query in _queries(line.run) if line.run.begun_at is None]
    if line.counts.total or not said:
        said.append(ngettext("%(num)d person", "%(num)d people", line.counts.total))
    return "; ".join(said)


def first_words(run: Run, event: Event) -> tuple[str, str]:
    """Return the subject and the first words of what is written, in the reader's language if there are any.

    Of a ready-made message what it is called, and when it goes.
    """
    if (ready := find_message(run.details.get("message", ""))) is not None:
        return str(ready.title), str(ready.trigger)
    written_as = (run.details.get(part, {}) for part in ("subject", "body"))
    picked = [text.pick(each, current_language(), event.languages).text for each in written_as]
    words = " ".join(render_rich([picked[1].replace("{greeting}", "")]).text.split())
    return picked[0] or _("(no subject)"), words if len(words) <= _FIRST_WORDS else words[:_FIRST_WORDS].rstrip() + "…"
