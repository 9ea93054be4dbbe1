"""Whom the pretend portal knows: every well-formed GSTIN, unless it was told otherwise."""

from collections.abc import Mapping
from typing import Any, Final

from khata.core.tax.gstin import InvalidGstin, parse_gstin
from khata.simulators.irp.login import Unlike

STALE: Final = "stale"  # active at the GST portal, and here only once it is looked up anew


class Taxpayers:
    """What is known of GSTINs: ACT, CNL, SUS, or stale."""

    def __init__(self) -> None:
        self._status: dict[str, str] = {}
        self.syncs = 0

    def set(self, known: Mapping[str, str]) -> None:
        self._status.update(known)

    def check(self, gstin: str) -> None:
        """Refuse a recipient that is not there or not active. Raises: Unlike."""
        status = self._status.get(gstin, "ACT")
        if status == STALE:
            raise Unlike("3028", f"GSTIN - {gstin} is invalid")
        if status != "ACT":
            raise Unlike("3029", f"GSTIN - {gstin} is not active")

    def known(self, gstin: str) -> dict[str, Any]:
        """Return what is known of a GSTIN. Raises: Unlike."""
        try:
            number = parse_gstin(gstin)
        except InvalidGstin:
            raise Unlike("3028", f"GSTIN - {gstin} is invalid") from None
        status = self._status.get(gstin, "ACT")
        if status == STALE:
            raise Unlike("3028", f"GSTIN - {gstin} is invalid")
        return {
            "Gstin": gstin,
            "TradeName": f"Trade {gstin[2:12]}",
            "LegalName": f"Pretend {gstin[2:12]} Private Limited",
            "AddrBnm": "",
            "AddrBno": "1",
            "AddrFlno": "",
            "AddrSt": "Main Road",
            "AddrLoc": "City",
            "StateCode": int(number.state_code),
            "AddrPncd": 0,
            "TxpType": "REG",
            "Status": status,
            "BlkStatus": "U",
        }

    def synced(self, gstin: str) -> dict[str, Any]:
        """Look a GSTIN up anew. Raises: Unlike."""
        self.syncs += 1
        if self._status.get(gstin) == STALE:
            self._status[gstin] = "ACT"
        return self.known(gstin)
