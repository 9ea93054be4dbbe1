"""What stories of documents need: a store to spoil, a postbox, another release, and a shop."""

from dataclasses import dataclass, field, replace
from typing import Any

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.note_document import Document
from khata.ports.files import FilesAway
from khata.ports.mailer import Letter
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.keep_document import GivenOut
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


class NextRelease:
    """Sets the same document otherwise: a template, a font or typst itself has changed."""

    def render(self, document: Document) -> bytes:
        return TypstRenderer().render(document) + b"\n% set by the next release"


class Counting(TypstRenderer):
    """Counts what it renders; `fault` is raised instead, if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.fault: Exception | None = None

    def render(self, document: Document) -> bytes:
        self.count += 1
        if self.fault is not None:
            raise self.fault
        return super().render(document)


@dataclass
class Shelf:
    """A file store that can be away, and whose files can be spoiled."""

    kept: dict[str, bytes] = field(default_factory=dict)
    is_away: bool = False

    def put(self, key: str, content: bytes) -> None:
        self._ask()
        self.kept[key] = content

    def get(self, key: str) -> bytes | None:
        self._ask()
        return self.kept.get(key)

    def exists(self, key: str) -> bool:
        return self.get(key) is not None

    def remove(self, key: str) -> None:
        self._ask()
        self.kept.pop(key, None)

    def _ask(self) -> None:
        if self.is_away:
            raise FilesAway("the bucket does not answer")


@dataclass
class Postbox:
    """What has left the building."""

    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)

    def attached(self) -> list[bytes]:
        return [file.content for letter in self.letters for file in letter.attachments]


def furnished(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-10")
    return shop


def by_hand(shop: Shop, name: str = "Asha") -> Invoice:
    asha = shop.customer(name, card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    return asha.latest_invoice


def given(shop: Shop, invoice: Invoice, **how: Any) -> GivenOut:
    command = GiveOutDocument(shop.tenant, invoice.id, shop.world.now, **how)
    return give_out_document(command, tools=shop.world.engine.tools)


def now_set_by(shop: Shop, pdf: Any) -> None:
    shop.world.engine = replace(shop.world.engine, pdf=pdf)


def lose(shelf: Shelf) -> None:
    shelf.kept.clear()
