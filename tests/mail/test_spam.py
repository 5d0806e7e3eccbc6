"""What a common filter says of our messages, by the rules on this machine alone: next to nothing against any of them.

A message that a filter dislikes for its form is lost without a trace. Rules about the way that a message came (relays, names,
signatures) are left out: that way is not in our hands.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from eventreg.bulk.emails import WrittenText, written_message
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import list_credited
from eventreg.kernel import clock as clocks
from eventreg.mail.composition import compose
from eventreg.mail.connection import personal_links
from eventreg.mail.models import MailMessage
from eventreg.media.rules import LOGO_SIZE
from eventreg.media.services import store_picture
from eventreg.organizations.models import Organization
from eventreg.registration.emails import Occasion, every_message
from eventreg.registration.emails.messages import ToAddress
from tests.media.samples import a_logo, saved
from tests.registration.messages import TO_PARTICIPANT, a_seminar, all_queued, others, queued, to_accounts
from tests.registration.test_golden_messages import LANGUAGES
from tests.support.waiting import HANGS

MOST_POINTS = 1.0
_OF_THE_WAY = re.compile(r"NO_RECEIVED|NO_RELAYS|ALL_TRUSTED|UNPARSEABLE_RELAY|RDNS|HELO|SPF|DKIM|DMARC|RCVD")
#: before ours, as the last server writes it
_RECEIVED = (
    b"Received: from mx.desk.example (mx.desk.example [192.0.2.10]) by in.instituto.example (Postfix) with ESMTPS id 4Qx1\r\n"
    b" for <ana.demo@instituto.example>; Mon, 11 Jan 2027 15:00:02 +0000\r\n"
)
_WORDS = (
    "{greeting}\n\nEl autobús sale a las **8** de la mañana.\n\n- Lleve agua\n- Lleve sombrero\n\n[Su página]({link})"
)


def _all_of(event: Event, language: str, turn: int) -> dict[str, MailMessage]:
    """Every kind of message, by its name: most of the time is the filter's, so each language has other variants."""
    found = all_queued(event, language, turn)
    found |= {name: message for name, message in others(event, language) if name.startswith("copy/")}
    person, _message = queued(event, TO_PARTICIPANT[1], "participant", language)
    occasion, at = Occasion.load(event), clocks.now()
    for kind in every_message():
        if issubclass(kind, ToAddress):
            found[f"address/{kind.key}"] = kind.example(occasion, person, at)
    text = WrittenText({"es": "Cómo llegar a la sede"}, {"es": _WORDS})
    found["written"] = written_message(occasion, person, frozenset(), text, "w", at)
    rows = {
        name: MailMessage(
            **{part: value for part, value in vars(message).items() if part != "beside"},
            message_id=f"<{number:032x}@desk.example>",
        )
        for number, (name, message) in enumerate(found.items())
    }
    return rows | dict(to_accounts(event, language, f"olga.{language}@equipo.example"))


@pytest.mark.slow
@pytest.mark.usefixtures("clock")
def test_a_common_filter_has_next_to_nothing_against_any_message(app: Flask, tmp_path: Path) -> None:
    files, event = [], a_seminar()
    with transaction() as session:
        host = session.get_one(Organization, list_credited(event.id)[0].organization_id)
        host.logo_id = store_picture(saved(a_logo(), "PNG"), LOGO_SIZE, clocks.now())
    for turn, language in enumerate(LANGUAGES):
        for name, row in _all_of(event, language, turn).items():
            path = tmp_path / f"{language}-{name.replace('/', '-')}.eml"
            path.write_bytes(_RECEIVED + compose(row, "registro@desk.example", personal_links(), clocks.now()))
            files.append(path)
    assert len(files) > 100
    script = Path(__file__).with_name("spam_points.pl")
    done = subprocess.run(
        ["perl", str(script), *map(str, files)],
        env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=HANGS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) == len(files)
    for name, *hits in lines:
        points = {rule: float(score) for rule, _, score in (hit.partition("=") for hit in hits)}
        ours = {rule: score for rule, score in points.items() if score > 0 and not _OF_THE_WAY.search(rule)}
        assert sum(ours.values()) <= MOST_POINTS, f"{Path(name).name}: {ours}"


def test_the_filter_knows_what_nobody_should_send(tmp_path: Path) -> None:
    """Else the test above would pass where its rules are missing."""
    bad = tmp_path / "bad.eml"
    bad.write_bytes(
        b"From: WINNER <x@desk.example>\r\nTo: a@b.example\r\nSubject: YOU WON $$$ MILLION DOLLARS!!! ACT NOW\r\n"
        b"Content-Type: text/html\r\n\r\n<html><body><div style='display:none'>x</div><font size=7 color=red>CLICK HERE"
        b"<img src='http://x.example/1.gif'></font></body></html>\r\n"
    )
    script = Path(__file__).with_name("spam_points.pl")
    found = subprocess.run(["perl", str(script), str(bad)], capture_output=True, text=True, check=True, timeout=HANGS)
    scores = [float(hit.partition("=")[2]) for hit in found.stdout.strip().split("\t")[1:]]
    assert sum(score for score in scores if score > 0) > MOST_POINTS, found.stdout
