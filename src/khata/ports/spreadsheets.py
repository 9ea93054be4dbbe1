"""The wish for a workbook: sheets in, the bytes of a file out."""

from collections.abc import Sequence
from typing import Protocol

from khata.core.exports.sheets import Sheet


class SpreadsheetWriter(Protocol):
    """Writes workbooks; the same sheets always give the same bytes."""

    def workbook(self, sheets: Sequence[Sheet]) -> bytes: ...
