"""The cast of the story: who becomes a customer when, of what, and what then happens to them."""

import csv
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from khata.core.customer import TaxId, TaxIdType
from khata.core.places import Address
from khata.core.tax.gstin import check_character
from khata.core.tax.states import state_by_iso


class Turn(StrEnum):
    """What a customer may do besides paying."""

    CANCEL = "cancel"  # now, or at period_end
    CARD = "card"  # gives another card, at the same gateway
    CHANGE = "change"  # to plan:seats, and when, where it is not as usual
    PAUSE = "pause"  # until a day
    REDEEM = "redeem"  # a coupon, by its code
    PREPAY = "prepay"  # so many rupees, into a wallet
    GIFT = "gift"  # is given rupees:last day to spend them
    SILENT = "silent"  # pays by transfer no more


@dataclass(frozen=True, slots=True)
class Happening:
    on: date
    turn: Turn
    word: str  # as the turn has it: when it ends, the new card's token, …


@dataclass(frozen=True, slots=True)
class Member:
    """One customer of the story. Without a `gateway` invoices are sent and paid by transfer.

    `token` is one of the pretend gateway's, and says what becomes of its charges.
    """

    joins_on: date
    name: str
    email: str
    address: Address
    country: str
    state: str | None
    timezone: str | None
    tax_ids: tuple[TaxId, ...]
    sez: bool
    plan: str
    seats: int
    gateway: str | None
    token: str
    happenings: tuple[Happening, ...]

    @property
    def currency(self) -> str:
        return {"IN": "INR", "DE": "EUR"}.get(self.country, "USD")

    @property
    def silent_on(self) -> date | None:
        """The day from which this customer pays no more by transfer."""
        return next((one.on for one in self.happenings if one.turn is Turn.SILENT), None)


def cast() -> tuple[Member, ...]:
    """Return everybody, in the order in which they join."""
    text = files("khata.cli.demo").joinpath("cast.csv").read_text(encoding="utf-8")
    return tuple(_member(row) for row in csv.DictReader(text.splitlines()))


def gstin(state: str, pan: str, *, nth: int = 1) -> str:
    """Return the nth registration of this PAN in a state, with its check character.

    Source: CGST Rules, rule 10; the portal's check sum (`core/tax/gstin.py`).
    """
    first14 = f"{state_by_iso(state).code}{pan}{nth}Z"
    return first14 + check_character(first14)


def _member(row: dict[str, str]) -> Member:
    gateway, _, token = row["pays"].partition(" ")
    return Member(
        joins_on=date.fromisoformat(row["joined"]),
        name=row["name"],
        email=f"accounts@{row['mail']}.example",
        address=Address(row["street"], None, row["town"], row["postcode"]),
        country=row["country"],
        state=row["state"] or None,
        timezone=row["zone"] or None,
        tax_ids=_tax_ids(row),
        sez=row["sez"] == "yes",
        plan=row["plan"],
        seats=int(row["seats"]),
        gateway=gateway or None,
        token=token,
        happenings=tuple(_happening(told) for told in row["then"].split(";") if told),
    )


def _tax_ids(row: dict[str, str]) -> tuple[TaxId, ...]:
    if not row["pan"]:
        return ()
    return (TaxId(TaxIdType.IN_GST, gstin(row["state"], row["pan"])),)


def _happening(told: str) -> Happening:
    day, turn, *word = told.split()
    return Happening(date.fromisoformat(day), Turn(turn), word[0] if word else "")
