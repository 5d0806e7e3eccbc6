from __future__ import annotations

import pytest

from eventreg.events.rules.practical import mail_uri, telephone_uri


@pytest.mark.parametrize(
    ("phone", "uri"),
    [
        ("+525 555 36 39 54", "tel:+525555363954"),
        ("(+52) 962-628.0000", "tel:+529626280000"),
        ("+52 962 628 0000 ext. 12", "tel:+529626280000;ext=12"),
        ("+52 962 628 0000 x12", "tel:+529626280000;ext=12"),
        ("+52 962;ext=3", "tel:+52962;ext=3"),
        ("962 628 0000", "tel:9626280000;phone-context=+52"),
        ("+٥٢ ٩٦٢", "tel:+52962"),
        ("por confirmar", ""),
        ("", ""),
    ],
)
def test_telephone_numbers_become_links(phone: str, uri: str) -> None:
    # RFC 3966: "+" and digits without visual separators; a local number says where it is valid
    assert telephone_uri(phone, "MX") == uri


def test_a_local_number_of_an_unknown_country_is_dialled_as_it_stands() -> None:
    assert telephone_uri("962 628", "") == "tel:962628"


def test_mail_addresses_become_links_that_hold_nothing_but_the_address() -> None:
    assert mail_uri("jartola@iom.int") == "mailto:jartola@iom.int"
    assert mail_uri("ana+x@instituto.example") == "mailto:ana+x@instituto.example"
    assert mail_uri("a?bcc=b&c@x.example") == "mailto:a%3Fbcc%3Db%26c@x.example"
