"""Writing to many as part of a run: each alone, in their language, once; tried on oneself first, stopped while it waits.

What any act of a run is given, and what it says came of one person, stands here as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import func, select

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, admit
from eventreg.attendees.annotations.tags import get_tag
from eventreg.attendees.models import Tag
from eventreg.attendees.rules import acts
from eventreg.audit.services import Act, Actor, note, note_all
from eventreg.bulk.emails import Timely, WrittenText, trial_message, written_message
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.queries.cases import Cases
from eventreg.db import db, lock_row, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, lock_event_in_any_state
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import pick
from eventreg.mail.models import MailMessage
from eventreg.mail.services import OutgoingMessage, drop, enqueue, enqueue_all
from eventreg.questionnaires.queries import get_version
from eventreg.registration.emails import News, Occasion, find_message, participant_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import DecisionReason, Status
from eventreg.registration.services.decisions import Sitting


@dataclass(frozen=True)
class ItemResult:
    """What came of one registration: DONE, DONE_WITHOUT_PLACE, or LEFT with the value of a refusal's reason."""

    outcome: acts.ItemOutcome
    refusal: str = ""
    decision_id: int | None = None
    #: what the person is written, to be queued with the messages of the others
    message: OutgoingMessage | None = None


DONE = ItemResult(acts.ItemOutcome.DONE)
#: from the first person of a transaction to the last: the last one's time to undo is as long as everybody's
_LONGEST_BATCH = timedelta(seconds=1)


class Batch(Sitting):
    """What the people of one transaction of a run have in common: the event, whose row is held, and when their mails go."""

    def __init__(self, run: Run, event: Event, people: Sequence[Registration]) -> None:
        super().__init__(event, people)
        self.run = run
        self.people = {person.id: person for person in people}
        #: what they were asked, kept so that it is not loaded again for each
        self.versions = [get_version(id_) for id_ in {person.questionnaire_id for person in people}]

    @cached_property
    def is_to_many(self) -> bool:
        """Whether what is written goes to more than one: then a person can refuse it."""
        people = select(RunItem.id).where(RunItem.run_id == self.run.id).limit(2)
        return len(db.session.scalars(people).all()) > 1

    @cached_property
    def given(self) -> dict[int, dict[str, list[str]]]:
        """What each answered of what is written names: one statement for all of them."""
        return Cases(self.event).answered(self.people.values(), *text_of(self.run).body.values())

    @cached_property
    def tag(self) -> Tag:
        """What is put on everybody, or taken off. Raises NotFound when it is gone."""
        return get_tag(self.event.id, str(self.run.details.get("tag", "")))

    @cached_property
    def due_at(self) -> datetime:
        """One time for all whom the run comes to in time; whoever comes later can be undone for as long as always."""
        people = select(RunItem.id).where(RunItem.run_id == self.run.id).limit(acts.MOST_WAITED_FOR)
        wait = acts.wait_for(self.run.act, db.session.scalar(select(func.count()).select_from(people.subquery())) or 0)
        now = clock.now()
        return max(now + _LONGEST_BATCH, (self.run.begun_at or now) + wait) + UNDO_WINDOW


#: does the act to one person by the service that does it singly, in the transaction of the caller, who holds the event's row
#: and has seen that the person is in sight of whoever began the run. A Refused that it raises leaves the person as they were
ActHandler = Callable[[Batch, RunItem, Registration], ItemResult]


def text_for(run: Run, name: str, language: str) -> str:
    """Return a text of the run's details in a person's language, else in the first language of the event that has one."""
    texts = {code: text for code, text in run.details.get(name, {}).items() if text}
    if not texts:
        return ""
    return pick(texts, language, db.session.get_one(Event, run.event_id).languages).text


#: trials to one's own address
_TRIALS = Limit("written-trial/account", 30, 60)
#: what a statement names at once
_KEYS_AT_ONCE = 500


def text_of(run: Run) -> WrittenText:
    """Return what a run writes: in the languages that were chosen for it, where some were."""
    chosen = run.details.get("write_in")
    parts = [run.details.get(part, {}) for part in ("subject", "body")]
    subject, body = ({code: text[code] for code in text if not chosen or code in chosen} for text in parts)
    return WrittenText(subject, body, run.details.get("files", ()))


def message_key(run: Run, public_id: str) -> str:
    """Return the key of the outbox for a run's message to one person: there is one, however often the run is taken up."""
    return f"registration/{public_id}/written/{run.public_id}/participant"


def write_one(batch: Batch, _item: RunItem, person: Registration) -> ItemResult:
    """Write to one person, whatever changed since they were chosen. The message waits until the time to stop it is over.

    Whoever has not confirmed the address is left: it may be anybody's. So is whoever refused what goes to many.
    """
    if person.status is Status.UNVERIFIED:
        return ItemResult(acts.ItemOutcome.LEFT, acts.UNVERIFIED)
    ready = find_message(batch.run.details.get("message", ""))
    can_be_refused = batch.is_to_many if ready is None else not ready.is_essential
    if can_be_refused and person.mail_refused_at is not None:
        return ItemResult(acts.ItemOutcome.LEFT, acts.REFUSED_MAIL)
    key, days = message_key(batch.run, person.public_id), batch.day_ids[person.id]
    if ready is None:
        message = written_message(
            batch.occasion, person, days, text_of(batch.run), key, batch.due_at,
            is_to_many=batch.is_to_many, given=batch.given[person.id],
        )  # fmt: skip
    elif issubclass(ready, Timely) and person.status in ready.reaches:
        news = News(ready, days, due_at=batch.due_at)
        message = participant_message(batch.occasion, person, news, clock.now())
    else:
        # It tells those who come: whoever left since the list was read is spared.
        return ItemResult(acts.ItemOutcome.LEFT, DecisionReason.NOT_POSSIBLE.value)
    # What goes beside it, as a copy, is of this run as well: another run may say the same, and it is stopped with it.
    beside = tuple(replace(each, key=f"{key}/{number}") for number, each in enumerate(message.beside))
    return ItemResult(acts.ItemOutcome.DONE, message=replace(message, key=key, beside=beside))


def send_off(batch: Batch, messages: Mapping[int, OutgoingMessage]) -> ItemResult:
    """Queue what these people are written, by id, and note it: a few statements, however many they are."""
    enqueue_all(list(messages.values()))
    who, now = Actor.account(batch.run.account_id), clock.now()
    note_all([Act(batch.people[id_], "written_to", who, now) for id_ in messages])
    return DONE


def try_on_oneself(run_id: int, person: Registration, email: str, actor: Actor) -> None:
    """Send a draft as `person` would get it to the address of whoever wrote it. Raises Refused (TOO_MANY_TRIALS)."""
    now = clock.now()
    with transaction():
        run = lock_row(select(Run).where(Run.id == run_id))
        if admit(Try(_TRIALS, str(actor.id))) is None:
            raise Refused(acts.RunReason.TOO_MANY_TRIALS)
        days = find_day_ids(person) if person.id else frozenset[int]()
        key = f"run/{run.public_id}/trial/{now.timestamp():.6f}"
        occasion = Occasion.load(get_event_whole(run.event_id))
        enqueue(trial_message(occasion, person, days, text_of(run), email, key, now))


def take_back_messages(run_id: int, actor: Actor) -> int:
    """Stop those messages of a run that have not gone; returns how many. Their people count as left, and can be written to."""
    now = clock.now()
    with transaction() as session:
        event_id = session.scalars(select(Run.event_id).where(Run.id == run_id)).one()
        event = lock_event_in_any_state(event_id)
        run = lock_row(select(Run).where(Run.id == run_id))
        done = session.execute(
            select(RunItem, Registration.public_id)
            .join(Registration, Registration.id == RunItem.registration_id)
            .where(RunItem.run_id == run_id, RunItem.outcome == acts.ItemOutcome.DONE)
        ).all()
        items = {message_key(run, public_id): item for item, public_id in done}
        of_run = MailMessage.key.contains(f"/written/{run.public_id}/participant", autoescape=True)
        keys = session.scalars(select(MailMessage.key).where(MailMessage.event_id == event_id, of_run)).all()
        dropped = _drop(keys, now) & items.keys()
        for key in dropped:
            items[key].outcome, items[key].refusal = acts.ItemOutcome.LEFT, acts.TAKEN_BACK
        if dropped:
            note(event, "run_messages_stopped", actor, people=len(dropped))
        return len(dropped)


def _drop(keys: Sequence[str], now: datetime) -> set[str]:
    dropped: set[str] = set()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        dropped |= drop(keys[start : start + _KEYS_AT_ONCE], now)
    return dropped
