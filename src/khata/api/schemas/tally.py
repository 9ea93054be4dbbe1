"""What an export for Tally holds, on the wire."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.exports.tally.booked import BookedEntry
from khata.core.exports.tally.in_rupees import moves_income_alone
from khata.core.exports.tally.voucher import Voucher
from khata.core.ids import public_id


class VoucherCount(Told):
    """How many vouchers of a type there are."""

    type: str = Field(description="Tally's name of it", examples=["Sales"])
    count: int = Field(description="How many", examples=[12])
    debits: int = Field(description="What they debit in all, in paise", examples=[1416000])


class LeftOutTold(Told):
    """An entry that Tally's file does not hold."""

    entry: str = Field(description="The ledger entry", examples=["je_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    booked_on: date = Field(description="The day it counts for", examples=["2026-10-07"])
    document: str | None = Field(
        description="The invoice it is about", examples=["INV/26-27/00007"]
    )
    reason: str = Field(description="Why, in a sentence")


class TallyObject(Told):
    """What an export for Tally holds, before it is downloaded."""

    object: Literal["tally_export"] = "tally_export"
    livemode: bool = Field(description="Whether it is real, or a test")
    first_day: date = Field(description="The first day", examples=["2026-10-01"])
    last_day: date = Field(description="The last day, itself included", examples=["2026-10-31"])
    ledgers: int = Field(description="How many ledgers the masters make", examples=[9])
    vouchers: list[VoucherCount] = Field(description="How many vouchers, by type")
    left_out: list[LeftOutTold] = Field(description="What it does not hold, and why")

    @classmethod
    def told(
        cls,
        vouchers: Sequence[Voucher],
        left_out: Sequence[BookedEntry],
        *,
        ledgers: int,
        first: date,
        last: date,
        livemode: bool,
    ) -> Self:
        counts = Counter(voucher.type.value for voucher in vouchers)
        debits: Counter[str] = Counter()
        for voucher in vouchers:
            debits[voucher.type.value] += sum(max(one.amount, 0) for one in voucher.entries)
        return cls(
            livemode=livemode,
            first_day=first,
            last_day=last,
            ledgers=ledgers,
            vouchers=[
                VoucherCount(type=type, count=count, debits=debits[type])
                for type, count in sorted(counts.items())
            ],
            left_out=[_left_out(entry) for entry in left_out],
        )


def _left_out(entry: BookedEntry) -> LeftOutTold:
    currency = entry.postings[0].currency
    why = "no rate of exchange is on file for it; add one, and export again"
    if moves_income_alone(entry):
        why = "a month's revenue is booked by currency, and no one rate holds for all of it"
    return LeftOutTold(
        entry=public_id("je", entry.id),
        booked_on=entry.booked_on,
        document=entry.bill,
        reason=f"It is booked in {currency}, the company in Tally keeps rupees, and {why}",
    )
