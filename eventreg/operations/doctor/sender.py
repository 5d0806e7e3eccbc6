"""What receivers find in the DNS about the domain that messages come from: SPF, DKIM, DMARC, the reverse name of the server.

Domains that nobody can have are not asked about. What is missing is said as the record that mends it.
"""

import imaplib
import ipaddress
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from functools import partial

import dns.exception
import dns.resolver
import dns.reversename

from eventreg.config import Config
from eventreg.mail import bounces, rules, signing
from eventreg.operations.doctor import Finding, fail, ok, warn

_SECONDS = 4.0
#: look-ups that a receiver makes for one SPF record (RFC 7208, 4.6.4)
_MOST_LOOKUPS = 10
_UNSAFE_ENDS = ("all", "+all", "?all")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_mailbox(config: Config) -> Iterator[Finding]:
    """Open the mailbox of bounces, where there is one, and read nothing."""
    if not config.mail_bounce_address:
        yield warn(
            "Nobody reads what comes back: a wrong address is not noticed.",
            "Set EVENTREG_MAIL_BOUNCE_ADDRESS and the rest.",
        )
    elif config.mail_bounce_server:
        server = f"{config.mail_bounce_server}:{config.mail_bounce_port}"
        try:
            bounces.open_mailbox(config).logout()
            yield ok(f"The mailbox of bounces opens at {server}.")
        except (OSError, imaplib.IMAP4.error) as error:
            mend = "Check EVENTREG_MAIL_BOUNCE_SERVER, _PORT, _USERNAME and _PASSWORD."
            yield fail(f"The mailbox of bounces cannot be read at {server}: {error}", mend)


def check_sender(config: Config, resolver: dns.resolver.Resolver | None = None) -> Iterator[Finding]:
    """Look at the sender's domain as a receiver does. `resolver`: who is asked, if not the machine's own."""
    sender = parseaddr(config.mail_default_sender)[1]
    try:
        sender = rules.ascii_address(rules.check_address("sender", sender)).lower()
    except ValueError:
        what = f"EVENTREG_MAIL_DEFAULT_SENDER is {config.mail_default_sender!r}, which is no mail address."
        yield fail(what, "Write it like registro@institution.org, or Name <registro@institution.org>.")
        return
    domain = sender.rpartition("@")[2]
    if resolver is None and rules.is_fictional(sender):
        return
    try:
        asks = _Dns(resolver or dns.resolver.Resolver())
        # The envelope's domain is what SPF is about.
        back_to = config.mail_bounce_address.rpartition("@")[2].lower() or domain
        addresses = asks.addresses(config.mail_server)
        outside = [each for each in addresses if not each.is_loopback]
        yield _spf(asks, back_to, config.mail_server, outside)
        yield _dkim(asks, domain, config)
        yield _dmarc(asks, domain)
        yield from map(partial(_reverse_name, asks, config.mail_server), outside)
    except (dns.exception.DNSException, ValueError) as error:
        yield warn(
            f"What the DNS says of {domain} cannot be read: {error}",
            "Check the network and the records, then look again.",
        )


class _Dns:
    """The questions that are asked; what is not there is nothing. Raises DNSException where no answer came."""

    def __init__(self, resolver: dns.resolver.Resolver) -> None:
        self._resolver = resolver

    def _ask(self, name: str, kind: str) -> Sequence[str]:
        try:
            answer = self._resolver.resolve(name, kind, lifetime=_SECONDS, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        if kind == "TXT":
            return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]
        return [str(each.exchange if kind == "MX" else each) for each in answer]

    def texts(self, name: str, tag: str) -> list[str]:
        return [each for each in self._ask(name, "TXT") if each.lower().replace(" ", "").startswith(tag)]

    def addresses(self, host: str) -> list[_Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            return [ipaddress.ip_address(each) for kind in ("A", "AAAA") for each in self._ask(host, kind)]

    def exchanges(self, domain: str) -> list[_Address]:
        return [address for host in self._ask(domain, "MX") for address in self.addresses(host)]

    def names(self, address: _Address) -> Sequence[str]:
        return self._ask(str(dns.reversename.from_address(str(address))), "PTR")


def _publish(name: str, value: str) -> str:
    return f'Publish in the DNS: {name}. IN TXT "{value}"'


def _spf(asks: _Dns, domain: str, server: str, addresses: Sequence[_Address]) -> Finding:
    named = [f"ip{each.version}:{each}" for each in addresses if str(each) == server] or [f"a:{server}"]
    records = asks.texts(domain, "v=spf1")
    if not records:
        usual = f"v=spf1 {named[0] if addresses else 'mx'} ~all"
        return warn(f"{domain} has no SPF record: receivers cannot tell who may send for it.", _publish(domain, usual))
    if len(records) > 1:
        return fail(f"{domain} has {len(records)} SPF records: receivers believe none.", "Leave one of them.")
    (record,) = records
    terms = record.split()[1:]
    if terms and terms[-1].lower() in _UNSAFE_ENDS:
        mended = " ".join(["v=spf1", *terms[:-1], "~all"])
        return warn(f"The SPF record of {domain} lets anybody send for it.", _publish(domain, mended))
    if addresses and not any(_allows(asks, domain, address, [_MOST_LOOKUPS]) for address in addresses):
        mended = " ".join(["v=spf1", named[0], *terms])
        return warn(
            f"The SPF record of {domain} does not name the mail server {server}.",
            f"If it hands mail to receivers itself: {_publish(domain, mended)}",
        )
    return ok(f"{domain} has an SPF record.")


def _allows(asks: _Dns, domain: str, address: _Address, left: list[int]) -> bool:
    """Say whether the SPF record of a domain names an address, as far as it says so without macros. `left`: look-ups."""
    record = next(iter(asks.texts(domain, "v=spf1")), "")
    for term in record.lower().split()[1:]:
        if term[0] in "-~?":
            continue
        name, _colon, value = term.lstrip("+").replace("redirect=", "include:").partition(":")
        name, _slash, _length = name.partition("/")
        host = value.partition("/")[0] or domain
        if name in ("ip4", "ip6"):
            if address in ipaddress.ip_network(value, strict=False):
                return True
        elif name in ("a", "mx", "include") and "%" not in host and left[0] > 0:
            left[0] -= 1
            found = name == "include" and _allows(asks, host, address, left)
            if found or (name == "a" and address in asks.addresses(host)):
                return True
            if name == "mx" and address in asks.exchanges(host):
                return True
    return False


def _dkim(asks: _Dns, domain: str, config: Config) -> Finding:
    if not config.has_dkim:
        return ok("Messages are not signed here (no EVENTREG_MAIL_DKIM_KEY): the mail server has to.")
    try:
        wanted = signing.record(domain, config.mail_dkim_key, config.mail_dkim_selector)
    except signing.CannotSign as error:
        return fail("Messages cannot be signed, and wait.", str(error))
    key = wanted.value.rpartition("p=")[2]
    found = ["".join(each.split()) for each in asks.texts(wanted.name, "v=dkim1")]
    if any(f"p={key}" in each for each in found):
        return ok(f"{wanted.name} has the key that messages are signed with.")
    what = "another key than messages are signed with" if found else "no key: signatures prove nothing"
    return fail(f"{wanted.name} has {what}.", _publish(*wanted))


def _dmarc(asks: _Dns, domain: str) -> Finding:
    labels = domain.split(".")
    for first in range(len(labels) - 1):
        if asks.texts(f"_dmarc.{'.'.join(labels[first:])}", "v=dmarc1"):
            return ok(f"{domain} has a DMARC record.")
    record = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    return warn(
        f"{domain} has no DMARC record: large hosts take less mail from it.", _publish(f"_dmarc.{domain}", record)
    )


def _reverse_name(asks: _Dns, server: str, address: _Address) -> Finding:
    names = [name.rstrip(".") for name in asks.names(address)]
    if any(address in asks.addresses(name) for name in names):
        return ok(f"The mail server's address {address} has a name that leads back to it.")
    what = f"is called {', '.join(names)}, which does not lead back to it" if names else "has no name in the DNS"
    return warn(
        f"The mail server's address {address} {what}.",
        f"If it hands mail to receivers itself, have whoever runs its network name it: "
        f"{dns.reversename.from_address(str(address))} IN PTR {server}.",
    )
