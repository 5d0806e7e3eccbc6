"""Somebody who registers: the form's fields, its token and cookie, taken from the real page."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass

from bench.load import Answer, Connection, get, post
from bench.servers import Server

EVENT = "/events/tapachula-migration-security"
FORM = f"{EVENT}/register?category=government"
SEND = f"{EVENT}/register"


@dataclass(frozen=True)
class Visitor:
    """A browser that has opened the form."""

    host: str
    cookie: str
    token: str
    days: tuple[str, ...]

    @classmethod
    def open(cls, server: Server) -> Visitor:
        """Open the form and take what it holds."""
        answer = fetch(server, FORM, accept_gzip=False)
        page = answer.body.decode("utf-8")
        return cls(
            host=server.host,
            cookie=answer.cookies(),
            token=field_of(page, "csrf_token"),
            days=tuple(re.findall(r'name="days"[^>]*value="(\d+)"', page)),
        )

    def registration(self, person: str = "", *, is_refused: bool = False) -> bytes:
        """Return a whole form as a request, each time of another fictional person; or the same with a wrong phone."""
        person = person or secrets.token_hex(8)
        fields = [
            ("csrf_token", self.token),
            ("submission_key", secrets.token_urlsafe(16)),
            ("category", "government"),
            ("given_name", "Ana"),
            ("family_name", f"Demo {person}"),
            ("institution", "Instituto Ficticio de Pruebas"),
            ("position", "Directora de demostración"),
            ("country", "GT"),
            ("email", f"ana.{person}@instituto.example"),
            ("phone", "5555" if is_refused else "+502 5555 0100"),
            *(("days", day) for day in self.days),
            ("travel_support", "no"),
            ("nominating_unit", "Unidad de demostración"),
        ]
        return post(SEND, self.host, fields, self.cookie)


def fetch(server: Server, path: str, *, cookie: str = "", accept_gzip: bool = True) -> Answer:
    """Fetch one page."""
    request = get(path, server.host, cookie)
    if not accept_gzip:
        request = request.replace(b"Accept-Encoding: gzip\r\n", b"")
    return asyncio.run(_one(server, request))


def send(server: Server, request: bytes) -> Answer:
    """Send one request."""
    return asyncio.run(_one(server, request))


async def _one(server: Server, request: bytes) -> Answer:
    return await Connection("127.0.0.1", server.port).send(request)


def field_of(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError(f"the form has no {name}")
    return found[1]
