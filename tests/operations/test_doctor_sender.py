"""The doctor looks at the sender's domain as receivers do, and says word for word what to publish. The DNS is one of our own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dns.flags
import dns.message
import dns.resolver
import dns.rrset
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from eventreg.config import Config
from eventreg.mail import signing
from eventreg.operations.doctor import Level
from eventreg.operations.doctor.sender import check_mailbox, check_sender
from tests.mail.reports import Mailbox
from tests.mail.servers import write_certificate
from tests.support.waiting import join

SERVER, ADDRESS = "mail.institution.org", "203.0.113.7"
GOOD = {
    ("institution.org.", "TXT"): ['"v=spf1 include:_spf.institution.org ~all"', '"something else"'],
    ("_spf.institution.org.", "TXT"): ['"v=spf1 ip4:203.0.113.0/28 -all"'],
    ("_dmarc.institution.org.", "TXT"): ['"v=DMARC1; p=none"'],
    (f"{SERVER}.", "A"): [ADDRESS],
    ("7.113.0.203.in-addr.arpa.", "PTR"): [f"{SERVER}."],
}


class Names:
    """A name server on loopback that knows what it is told."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = dict(GOOD)
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        join([self._thread])
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, client = self._socket.recvfrom(4096)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            (question,) = query.question
            kind = dns.rdatatype.to_text(question.rdtype)
            self.asked.append(question.name.to_text())
            answer = dns.message.make_response(query)
            if found := self.records.get((question.name.to_text().lower(), kind)):
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
            self._socket.sendto(answer.to_wire(), client)


@pytest.fixture
def names() -> Iterator[Names]:
    server = Names()
    yield server
    server.close()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    (tmp_path / "dkim.pem").write_bytes(pem)
    return tmp_path / "dkim.pem"


def _found(config: Config, names: Names, **settings: object) -> list[tuple[Level, str]]:
    """Return what is not in order, each with what to do."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], names.port
    whole = {"mail_server": SERVER, "mail_default_sender": "Registro <registro@institution.org>", **settings}
    found = check_sender(replace(config, **whole), resolver)  # type: ignore[arg-type]  # settings of a test
    return [(each.level, each.mend) for each in found if each.level is not Level.OK]


def test_a_domain_in_order_is_called_so(config: Config, names: Names, key_file: Path) -> None:
    assert _found(config, names) == []
    name, value = signing.record("institution.org", key_file, "eventreg")
    # A record longer than 255 signs stands in several strings.
    names.records[f"{name}.", "TXT"] = [f'"{value[:200]}" "{value[200:]}"']
    assert _found(config, names, mail_dkim_key=key_file) == []


def test_what_is_missing_is_said_as_the_record_that_mends_it(config: Config, names: Names, key_file: Path) -> None:
    names.records = {(f"{SERVER}.", "A"): [ADDRESS]}
    name, value = signing.record("institution.org", key_file, "eventreg")
    dmarc = "v=DMARC1; p=none; rua=mailto:postmaster@institution.org"
    reverse = f"7.113.0.203.in-addr.arpa. IN PTR {SERVER}."
    assert _found(config, names, mail_dkim_key=key_file) == [
        (Level.WARN, f'Publish in the DNS: institution.org. IN TXT "v=spf1 a:{SERVER} ~all"'),
        (Level.FAIL, f'Publish in the DNS: {name}. IN TXT "{value}"'),
        (Level.WARN, f'Publish in the DNS: _dmarc.institution.org. IN TXT "{dmarc}"'),
        (Level.WARN, f"If it hands mail to receivers itself, have whoever runs its network name it: {reverse}"),
    ]


@pytest.mark.parametrize(
    ("spf", "level", "mend"),
    [
        (['"v=spf1 ip4:198.51.100.1 -all"'], Level.WARN, f'IN TXT "v=spf1 a:{SERVER} ip4:198.51.100.1 -all"'),
        (['"v=spf1 mx +all"'], Level.WARN, 'IN TXT "v=spf1 mx ~all"'),
        (['"v=spf1 mx -all"', '"v=spf1 a -all"'], Level.FAIL, "Leave one of them."),
        (['"v=spf1 include:institution.org -all"'], Level.WARN, f"a:{SERVER}"),
        (['"v=spf1 ip4:nonsense -all"'], Level.WARN, "Check the network and the records"),
    ],
)
def test_doubtful_spf_records(config: Config, names: Names, spf: list[str], level: Level, mend: str) -> None:
    names.records["institution.org.", "TXT"] = spf
    ((found, words),) = _found(config, names)
    assert found is level
    assert mend in words


def test_a_key_that_cannot_be_used_is_said(config: Config, names: Names, tmp_path: Path) -> None:
    ((level, mend),) = _found(config, names, mail_dkim_key=tmp_path / "nowhere.pem")
    assert level is Level.FAIL
    assert "openssl genrsa" in mend


def test_the_envelopes_domain_is_what_spf_is_about(config: Config, names: Names) -> None:
    ((_level, mend),) = _found(config, names, mail_bounce_address="bounces@mail.institution.org")
    assert mend.startswith("Publish in the DNS: mail.institution.org. IN TXT")


def test_a_domain_that_nobody_can_have_is_not_asked_about(config: Config) -> None:
    whole = replace(config, mail_server="127.0.0.1", mail_default_sender="registro@desk.example")
    assert list(check_sender(whole)) == []
    (finding,) = check_sender(replace(whole, mail_default_sender="the desk"))
    assert finding.level is Level.FAIL


def test_a_name_server_that_is_away_is_said(config: Config, names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventreg.operations.doctor.sender._SECONDS", 0.2)
    monkeypatch.setattr(names, "port", 1)
    ((level, _mend),) = _found(config, names)
    assert level is Level.WARN


def test_the_mailbox_of_bounces_is_opened(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate := write_certificate(tmp_path / "mailbox.pem", "localhost")))
    with Mailbox(certificate) as mailbox:
        mailbox.put(b"not read")
        right = replace(config, **mailbox.settings())
        wrong = replace(right, mail_bounce_password="wrong")
        levels = [[each.level for each in check_mailbox(one)] for one in (config, right, wrong)]
        assert levels == [[Level.WARN], [Level.OK], [Level.FAIL]]
        assert mailbox.flags == {1: set()}
