"""What a server leaves behind of whom it served: no link, address or name in its log (case 7)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from eventreg.db import db
from tests.serving.servers import serving
from tests.support.apps import build_app, make_config
from tests.support.databases import SqliteTemplate
from tests.support.waiting import patience
from tests.support.warm import Commands
from tests.world import build_world, rules


def _ask(address: str, **headers: str) -> tuple[int, str]:
    answer = httpx.get(address, headers=headers, timeout=patience())
    return answer.status_code, answer.headers.get("Referrer-Policy", "")


@pytest.mark.slow
def test_personal_links_leave_no_trace_in_the_log(
    tmp_path: Path, instance: Path, migrated_template: SqliteTemplate, shared_folder: Path, commands: Commands
) -> None:
    app = build_app(make_config(instance, migrated_template.copy(instance / "eventreg.db")), shared_folder)
    with app.app_context():
        world = build_world(app)
        db.session.remove()
        db.engine.dispose()
    personal = [rule for verb, rule in rules(app) if verb == "GET" and "token" in rule.arguments]
    assert len(personal) > 5
    with serving(tmp_path, commands=commands, workers=1, EVENTREG_LIMITS="off") as server:
        for rule in personal:
            address = server.address + world.address(rule)
            assert _ask(address) == (200, "no-referrer")
            assert _ask(address + "x")[0] in (404, 410)
            assert _ask(address, Host="evil.example")[0] == 400
        assert _ask(f"{server.address}/events/{world.event.slug}?q=carta@instituto.example")[0] == 200
        log = server.log.read_text(encoding="utf-8") + server.shown.read_text(encoding="utf-8")
    secrets = {world.address(rule).split("?")[0].split("/")[-1] for rule in personal if rule.rule.endswith("<token>")}
    assert len(secrets) >= 4
    assert [secret for secret in secrets if secret in log] == []
    assert "instituto.example" not in log
    assert "Carla" not in log
