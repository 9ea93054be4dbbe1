"""A register for test mode: it confirms every number but those that are written here."""

from typing import Final

from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway

# Well-formed numbers that try out what else can happen.
DENIED: Final = frozenset({"LU15027442"})
AWAY: Final = frozenset({"IE6433435F"})


class PretendRegister:
    name = "pretend"

    def check(self, vat_id: str, *, requester: str | None) -> RegisterAnswer:
        if vat_id in AWAY:
            raise RegisterAway("MS_UNAVAILABLE")
        if vat_id in DENIED:
            return RegisterAnswer(False)
        return RegisterAnswer(True, f"TEST{vat_id[2:]}" if requester else None, "Test Business")
