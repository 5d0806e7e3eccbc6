"""What the terminal shows when a server starts or the demo is loaded: where to look, and a way in."""

from eventreg.accounts.links import sign_in_address
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.demo.services import Loaded, find_seminar
from eventreg.web.instance import address_of, config

#: how long the demo's organizer's link lasts
LINK_MINUTES = 60


def greeting(*, with_sign_in_link: bool) -> str:
    """Return the addresses of this instance as a short block for a terminal.

    With a link where that is asked for and the demo is there: a new one, for its organizer, that works once. So the
    text must never go to a log.
    """
    lines = [("eventreg", config().base_url)]
    demo = find_seminar()
    if demo is not None:
        lines += demo_lines(demo, with_sign_in_link=with_sign_in_link)
    lines += [("Stop", "Ctrl+C")]
    return block(lines)


def demo_lines(demo: Loaded, *, with_sign_in_link: bool = True) -> list[tuple[str, str]]:
    """Return what is to be said of the demo: (label, address)."""
    lines = [
        ("Demo", address_of("site.show_event", slug=demo.slug)),
        ("Organizers", address_of("attendees.list_registrations", slug=demo.slug)),
    ]
    if with_sign_in_link:
        link = sign_in_address(make_sign_in_link(demo.account_id, minutes=LINK_MINUTES))
        lines.append(("Sign in", f"{link}  (once, within {LINK_MINUTES} minutes)"))
    return lines


def block(lines: list[tuple[str, str]]) -> str:
    """Return labels and texts in two columns, with an empty line above and below."""
    width = max(len(label) for label, _ in lines)
    return "\n" + "".join(f"  {label:{width}}  {text}\n" for label, text in lines)
