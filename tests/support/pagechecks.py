"""What must hold on every page of ours, whatever it says. Each function yields what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from tests.support.html import ancestors, elements, parents_of, text_of

_CONTROLS = ("input", "select", "textarea")
_NEED_NO_LABEL = {"hidden", "submit", "button", "image", "reset"}
_REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "headers")
_OWNERS = ("for", "form")
_POINTERS = frozenset({*_REFERENCES, *_OWNERS, "href"})
_LEADS = ("href", "src", "action", "formaction")
_PROGRAMS = ("javascript:", "vbscript:")
#: element and attribute by which a browser fetches something, or sends something somewhere
_LOADS = (
    ("script", "src"), ("link", "href"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("source", "srcset"),
    ("iframe", "src"), ("object", "data"), ("embed", "src"), ("video", "src"), ("video", "poster"), ("audio", "src"),
    ("track", "src"), ("form", "action"), ("button", "formaction"), ("input", "formaction"), ("base", "href"),
    ("{http://www.w3.org/2000/svg}image", "href"), ("{http://www.w3.org/2000/svg}use", "href"),
)  # fmt: skip
#: links that are facts for machines, not fetched with the page
_NOT_FETCHED = {"alternate", "canonical"}


def check_document(root: Element) -> Iterator[str]:
    """Check the head, the heading and the landmarks."""
    if not root.get("lang"):
        yield "<html> has no lang"
    title = next((text for element in root.iter("title") if (text := (element.text or "").strip())), "")
    if " – " not in title or not all(part.strip() for part in title.split(" – ")):
        yield f"the title names no page and site: {title!r}"
    headings = [text_of(heading) for heading in root.iter("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"one h1 with text is expected: {headings}"
    mains = list(root.iter("main"))
    if len(mains) != 1 or mains[0].get("id") != "main":
        yield "one <main id=main> is expected, where the skip link leads"


def check_ids(root: Element) -> Iterator[str]:
    """Check that ids are unique, and that what refers to one finds it."""
    held = [element for element in elements(root) if element.attrib]
    counts = Counter(identity for element in held if (identity := element.get("id")) is not None)
    for identity, count in counts.items():
        if count > 1 or not identity or " " in identity:
            yield f"id {identity!r} is there {count} times"
    for element in held:
        if not element.attrib.keys().isdisjoint(_POINTERS):
            yield from _lost_pointers(element, counts)


def _lost_pointers(element: Element, ids: Mapping[str, int]) -> Iterator[str]:
    for name in _REFERENCES:
        for target in (element.get(name) or "").split():
            if target not in ids:
                yield f"{name}={target!r} leads nowhere"
    for name in _OWNERS:
        owner = element.get(name)
        if owner is not None and owner not in ids:
            yield f"<{element.tag} {name}={owner!r}> leads nowhere"
    href = element.get("href") or ""
    if element.tag == "a" and href.startswith("#") and href[1:] not in ids:
        yield f"the link {href!r} leads nowhere"


def check_names(root: Element) -> Iterator[str]:
    """Check that controls, links, buttons, pictures and frames have names."""
    parents: dict[Element, Element] = {}
    labelled = {label.get("for") for label in root.iter("label") if text_of(label)}
    for control in elements(root, *_CONTROLS):
        if control.get("type") in _NEED_NO_LABEL or control.get("aria-label") or control.get("id") in labelled:
            continue
        parents = parents or parents_of(root)
        if not any(parent.tag == "label" and text_of(parent) for parent in ancestors(control, parents)):
            yield f"<{control.tag} name={control.get('name')!r}> has no label"
    for element in elements(root, "a", "button"):
        if element.get("aria-label") or (element.text or "").strip() or text_of(element):
            continue
        if not any((picture.get("alt") or "").strip() for picture in element.iter("img")):
            yield f"a <{element.tag}> has no name: {element.attrib}"
    for element in elements(root, "fieldset"):
        legends = [child for child in element if child.tag == "legend"]
        if not element.get("aria-labelledby") and not (legends and text_of(legends[0])):
            yield "a fieldset has no legend"
    yield from (f"<img src={image.get('src')!r}> has no alt" for image in root.iter("img") if image.get("alt") is None)
    yield from (f"<iframe src={f.get('src')!r}> has no title" for f in root.iter("iframe") if not f.get("title"))


def check_forms(root: Element) -> Iterator[str]:
    """Check that each form that changes something carries a token, and no other does."""
    for form in root.iter("form"):
        tokens = [field for field in elements(form, "input", name="csrf_token") if field.get("value")]
        is_post = (form.get("method") or "get").lower() == "post"
        if is_post and len(tokens) != 1:
            yield f"the form to {form.get('action')!r} has {len(tokens)} CSRF tokens"
        if not is_post and tokens:
            yield f"the form to {form.get('action')!r} would show its CSRF token in the address"


def check_inline(root: Element) -> Iterator[str]:
    """Check that nothing needs a looser Content-Security-Policy than ours."""
    for element in elements(root):
        attributes = element.attrib
        if not attributes:
            continue
        for name in filter(_is_inline, attributes):
            yield f"<{element.tag} {name}=…> is inline"
        if attributes.keys().isdisjoint(_LEADS):
            continue
        for name in _LEADS:
            if (element.get(name) or "").strip().lower().startswith(_PROGRAMS):
                yield f"<{element.tag} {name}={element.get(name)!r}>"
    yield from ("a <style> is inline" for _ in root.iter("style"))
    for script in root.iter("script"):
        if not script.get("src") and script.get("type") != "application/ld+json":
            yield f"a <script> is inline: {(script.text or '')[:60]!r}"


@cache
def _is_inline(name: str) -> bool:
    return name == "style" or name.lower().startswith("on")


def check_loads(root: Element) -> Iterator[str]:
    """Check that nothing is fetched from, or sent to, another host (case 54)."""
    for tag, attribute in _LOADS:
        for element in root.iter(tag):
            address = element.get(attribute)
            if address is None or set((element.get("rel") or "").split()) & _NOT_FETCHED:
                continue
            parts = urlsplit(address.strip())
            if parts.netloc or parts.scheme not in ("", "data"):
                yield f"<{tag} {attribute}={address!r}> leaves for another host"


def check_headers(headers: Mapping[str, str], is_public: bool) -> Iterator[str]:
    """Check the headers of safety, and those of privacy where the page is not for everybody (case 7)."""
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "http" in policy or "*" in policy:
        yield f"Content-Security-Policy: {policy!r}"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options is not nosniff"
    if "frame-ancestors" not in policy and "sandbox" not in policy:
        yield "the policy lets others frame the page"
    if is_public:
        return
    if headers.get("Cache-Control") != "no-store":
        yield f"Cache-Control is {headers.get('Cache-Control')!r}, not no-store"
    if "noindex" not in headers.get("X-Robots-Tag", ""):
        yield "X-Robots-Tag is not noindex"
    if headers.get("Referrer-Policy") != "no-referrer":
        yield f"Referrer-Policy is {headers.get('Referrer-Policy')!r}, not no-referrer"


def faults_of(root: Element) -> list[str]:
    """Return everything that is wrong with a document."""
    checks = (check_document, check_ids, check_names, check_forms, check_inline, check_loads)
    return [fault for check in checks for fault in check(root)]
