"""Headers of safety, and which hosts are answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.pages import Pages


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:9000", "localhost:1"])
def test_own_hosts_are_answered(app: Flask, host: str) -> None:
    assert Pages(app).get("/", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "127.0.0.1.evil.example",
     "evil.example/", "127.0.0.2", "[::2]", "localhost:abc", "", "évil.example", "a b"],
)  # fmt: skip
def test_a_forged_host_is_refused(app: Flask, host: str) -> None:
    """Case 13."""
    answer = app.test_client().get("/", environ_overrides={"HTTP_HOST": host.encode().decode("latin-1")})
    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True) or not host


def test_behind_a_name_only_that_name_and_loopback_are_answered(make_app: Callable[..., Flask]) -> None:
    client = make_app(base_url="https://registro.instituto.example").test_client()
    assert client.get("/", headers={"Host": "registro.instituto.example"}).status_code == 200
    assert client.get("/", headers={"Host": "REGISTRO.instituto.example"}).status_code == 200
    assert client.get("/", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "registro.instituto.example:8443"}).status_code == 400
    assert client.get("/", headers={"Host": "www.registro.instituto.example"}).status_code == 400


def test_forwarded_headers_count_only_from_trusted_proxies(make_app: Callable[..., Flask]) -> None:
    forwarded = {"X-Forwarded-Host": "registro.instituto.example", "X-Forwarded-Proto": "https"}
    base_url = "https://registro.instituto.example"
    inner = {"Host": "10.0.0.7:8000", **forwarded}
    assert make_app(base_url=base_url).test_client().get("/", headers=inner).status_code == 400
    trusted = make_app(base_url=base_url, trusted_proxies=1).test_client()
    assert trusted.get("/", headers=inner).status_code == 200


def test_pages_cannot_be_framed_and_run_nothing_inline(pages: Pages) -> None:
    headers = pages.get("/").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_browsers_are_told_to_stay_with_https(make_app: Callable[..., Flask], pages: Pages) -> None:
    secure = make_app(base_url="https://registro.instituto.example").test_client()
    headers = secure.get("/", headers={"Host": "registro.instituto.example"}).headers
    assert "max-age=" in headers["Strict-Transport-Security"]
    assert "includeSubDomains" not in headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in pages.get("/").headers


def test_other_hosts_of_the_domain_are_told_to_only_where_that_was_set(make_app: Callable[..., Flask]) -> None:
    secure = make_app(base_url="https://registro.instituto.example", hsts_subdomains=True).test_client()
    headers = secure.get("/", headers={"Host": "registro.instituto.example"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("base_url", "before"), [("https://registro.instituto.example", "__Host-"), ("http://localhost", "")]
)
def test_no_other_host_of_the_domain_can_set_a_cookie_that_is_read(
    make_app: Callable[..., Flask], base_url: str, before: str
) -> None:
    client = make_app(base_url=base_url).test_client()
    host = {"Host": base_url.partition("//")[2]}
    cookies = [
        *client.get("/?lang=es", headers=host, base_url=base_url).headers.getlist("Set-Cookie"),
        *client.get("/sign-in", headers=host, base_url=base_url).headers.getlist("Set-Cookie"),
    ]
    assert {cookie.partition("=")[0] for cookie in cookies} == {f"{before}lang", f"{before}eventreg_session"}
    for cookie in cookies:
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie) is bool(before)


@pytest.mark.parametrize(
    "address", ["/events/%00", "/?q=%00", "/?%00=x", "/%ff%fe", "/events/%ed%a0%80", "/?q=%ed%a0%80"]
)
def test_bytes_that_are_no_text_are_refused_quietly(pages: Pages, address: str) -> None:
    assert pages.get(address, None).status in (200, 400, 404)


@pytest.mark.parametrize("host", ["a" * 5000, "." * 300, "[", "[zz]", "a" * 64 + ".example"])
def test_a_host_that_can_be_nobodys_is_refused_in_plain_words(app: Flask, host: str) -> None:
    """Cases 13 and 63: no address can be built under it, not even that of a style sheet."""
    for address in ("/", "/manage", "/no-such-page"):
        answer = app.test_client().get(address, environ_overrides={"HTTP_HOST": host})
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
