"""Lists of the returns that were filed, and of what later ones tell anew."""

from typing import Any

from khata.db.reads.lists import Filter, Listing
from khata.db.stores.filings import AMENDMENT_FIELDS, FILED_FIELDS, UNDO_FIELDS

Row = dict[str, Any]  # of the fields that the listing names

_OF_REGISTRATION = Filter(
    "registration_id = %s", prefix="reg", refers="registrations", what="registration"
)


def _as_read(row: Row) -> Row:
    return row


FILED_RETURNS: Listing[Row] = Listing(
    source="filed_returns",
    fields=FILED_FIELDS,
    of=_as_read,
    prefix="fret",
    what="filed return",
    filters={"registration": _OF_REGISTRATION},
)

FILING_UNDOS: Listing[Row] = Listing(
    source="filing_undos",
    fields=UNDO_FIELDS,
    of=_as_read,
    prefix="fret",
    what="filing that was undone",
    filters={"registration": _OF_REGISTRATION},
)

RETURN_AMENDMENTS: Listing[Row] = Listing(
    source="return_amendments",
    fields=AMENDMENT_FIELDS,
    of=_as_read,
    prefix="ram",
    what="return amendment",
    filters={"registration": _OF_REGISTRATION},
)
