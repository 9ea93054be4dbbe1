"""XML as both syntaxes write it: elements in order, empty ones left out, texts that XML allows."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from khata.core.money import decimal_text

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root_of(name: str, namespaces: dict[str, str]) -> Element:
    """Open a file; `namespaces` are by prefix, the empty one being that of plain names."""
    declared = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()}
    return Element(name, declared)


def group(parent: Element, *path: str) -> Element:
    """Open elements, one in the other, and return the innermost."""
    for name in path:
        parent = SubElement(parent, name)
    return parent


def term(parent: Element, path: str, text: str | None, **attributes: str | None) -> None:
    """Write a term at the end of a path such as `cac:Country/cbc:ID`; nothing where it has none.

    Source: PEPPOL-EN16931-R008, which forbids empty elements.
    """
    clean = _FORBIDDEN.sub(" ", text).strip() if text else ""
    if not clean:
        return
    element = group(parent, *path.split("/"))
    element.text = clean
    for name, value in attributes.items():
        if value is not None:
            element.set(name, _FORBIDDEN.sub(" ", value))


def amount_of(amount: int, currency: str) -> str:
    """Spell minor units as a decimal with a point, whatever the language."""
    return decimal_text(amount, currency)


def written(root: Element) -> bytes:
    """Close a file: UTF-8, with its declaration."""
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
