"""The documents' relative links lead somewhere, anchors included."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.source import ROOT, shown

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "src").rglob("*.md")),
]


def test_there_are_documents() -> None:
    assert DOCUMENTS


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_every_relative_link_is_alive(document: Path) -> None:
    assert [link for link in _links(document) if not _is_alive(document, link)] == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title, here\n[x](gone.md) [y](#a-title-here) [z](#none) [w](page.md)\n")
    dead = [link for link in _links(page) if not _is_alive(page, link)]
    assert dead == ["gone.md", "#none"]


def _links(document: Path) -> list[str]:
    prose = FENCE.sub("", document.read_text())
    found = [one or other for one, other in LINK.findall(prose)]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def _is_alive(document: Path, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = (document.parent / path).resolve() if path else document
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in _anchors(target)


def _anchors(document: Path) -> set[str]:
    titles = HEADING.findall(FENCE.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}
