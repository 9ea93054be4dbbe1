"""What a person types into a form: amounts, days, counts; or a sentence about why it is none."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qs

from fastapi import Request

from khata.core.money import LARGEST_AMOUNT, exponent
from khata.core.refusal import Refusal
from khata.dashboard.browsing import typed

_DECIMAL: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_MOST_FIELDS: Final = 200


class NotAnAmount(Refusal):
    """What was typed is no amount of that currency."""


class NotADay(Refusal):
    """What was typed is not a day."""


class NotACount(Refusal):
    """What was typed is not a whole number in the range that is asked for."""


class NotADecimal(Refusal):
    """What was typed is not a percent."""


class Fields:
    """The fields of a form or of an address, each cleaned of what no person types."""

    def __init__(self, named: Mapping[str, Sequence[str]]) -> None:
        self._named = named

    def __contains__(self, name: str) -> bool:
        return name in self._named

    def text(self, name: str, longest: int = 200) -> str:
        return typed(self._named.get(name, [""])[-1], longest)

    def texts(self, name: str) -> list[str]:
        """Return all of a field that stands on the form several times, in their order."""
        return [typed(one, 200) for one in self._named.get(name, [])]

    def pairs(self, *, but: Sequence[str]) -> list[tuple[str, str]]:
        """Return all fields but these, to be sent once more."""
        return [(name, one) for name in self._named if name not in but for one in self.texts(name)]

    def amount(self, name: str, currency: str) -> int | None:
        """Return what was typed in units of the currency, in its minor units: 1,000.50.

        Raises: NotAnAmount.
        """
        text = self.text(name).replace(",", "").replace(" ", "")
        if not text:
            return None
        places = exponent(currency)
        if not _DECIMAL.fullmatch(text) or len(text.partition(".")[2]) > places:
            raise NotAnAmount(f"That is not an amount in {currency}; type one such as "
                              f"{'1000' if places == 0 else '1000.50'}", param=name)  # fmt: skip
        amount = int(Decimal(text).scaleb(places))
        if not 0 < amount <= LARGEST_AMOUNT:
            raise NotAnAmount("An amount is above zero, and not beyond all measure", param=name)
        return amount

    def day(self, name: str) -> date | None:
        """Raises: NotADay."""
        text = self.text(name, 10)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise NotADay("That is not a day; type one such as 2027-02-01", param=name) from None

    def count(self, name: str, *, least: int, most: int) -> int | None:
        """Raises: NotACount."""
        text = self.text(name, 20)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise NotACount(f"Type a whole number from {least} to {most}", param=name)
        return int(text)

    def percent(self, name: str) -> Decimal | None:
        """Raises: NotADecimal."""
        text = self.text(name, 12)
        if not text:
            return None
        if not _DECIMAL.fullmatch(text) or not 0 < Decimal(text) <= 100:
            raise NotADecimal("A percent is above 0 and at most 100, such as 12.5", param=name)
        return Decimal(text)


def asked_fields(request: Request) -> Fields:
    """Return what stands in the address."""
    return Fields(_named(request.url.query))


def sent_fields(request: Request) -> Fields:
    """Return what a form sent, which its route has read; forms of this site send no files."""
    sent: bytes = request.state.sent
    return Fields(_named(sent.decode(errors="replace")))


def _named(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:  # more fields than any form of ours has
        return {}
