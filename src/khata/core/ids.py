"""Ids: UUIDv7 inside (sortable, unguessable), `<prefix>_<base32>` outside."""

import os
import threading
from datetime import datetime
from uuid import UUID

from khata.core.refusal import NotFound

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_SIGNS = frozenset(_ALPHABET)
_AS_PYTHON_READS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_LENGTH = 26  # 26 × 5 bits hold 128

_NAME_OF = {
    "acct": "account",
    "ten": "tenant",
    "key": "API key",
    "usr": "user",
    "prod": "product",
    "plan": "plan",
    "price": "price",
    "cus": "customer",
    "pm": "payment method",
    "mdt": "mandate",
    "ga": "gateway account",
    "ge": "gateway event",
    "rec": "reconciliation",
    "set": "settlement",
    "bt": "bank transaction",
    "sub": "subscription",
    "si": "subscription item",
    "inv": "invoice",
    "il": "invoice line",
    "cre": "credit entry",
    "mtr": "meter",
    "cou": "coupon",
    "di": "discount",
    "wal": "wallet",
    "wg": "wallet credit",
    "wle": "wallet entry",
    "tu": "top-up",
    "pay": "payment",
    "att": "attempt",
    "re": "refund",
    "dp": "dispute",
    "dpe": "dispute evidence",
    "tds": "TDS receivable",
    "tic": "tax id check",
    "loc": "location evidence",
    "clk": "test clock",
    "run": "billing run",
    "evt": "event",
    "je": "ledger entry",
    "reg": "registration",
    "rrl": "registration rule",
    "txr": "tax rate",
    "trn": "turnover",
    "fx": "exchange rate",
    "exm": "exemption",
    "fret": "filed return",
    "ram": "return amendment",
    "mail": "mail",
    "park": "parked work",
    "rem": "reminder",
    "mv": "move",
    "dun": "dunning policy",
    "feat": "feature",
    "ent": "entitlement",
    "cn": "credit note",
    "chg": "scheduled change",
    "ii": "invoice item",
    "we": "webhook endpoint",
    "whd": "webhook delivery",
    "vis": "visit",
    "plink": "payment link",
    "slink": "setup link",
}

_sequence = 0
_lock = threading.Lock()


def new_id(at: datetime) -> UUID:
    """Return a new UUIDv7 whose time is `at`, the tenant's own time.

    Ids made one after another in one process sort in the order they were made,
    also within a millisecond: the 12 bits after the time count up.
    Source: RFC 9562, 5.7 and 6.2 (fixed-length counter).
    """
    return new_ids(at, 1)[0]


def new_ids(at: datetime, count: int) -> list[UUID]:
    """Return `count` new ids of one instant, in rising order."""
    global _sequence
    milliseconds = int(at.timestamp() * 1000)
    with _lock:
        first = _sequence
        _sequence += count
    # 12 bits of version field + 22 bits after the variant: a 34-bit counter, then 40 of noise.
    fixed = milliseconds << 80 | 0x7 << 76 | 0b10 << 62
    noise = os.urandom(5 * count)
    ids = []
    for position in range(count):
        counter = first + position
        random = int.from_bytes(noise[5 * position : 5 * position + 5], "big")
        counted = (counter >> 22 & 0xFFF) << 64 | (counter & 0x3FFFFF) << 40
        ids.append(UUID(int=fixed | counted | random))
    return ids


def first_id(at: datetime) -> UUID:
    """Return what no id of this instant or later sorts before."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def public_id(prefix: str, id: UUID) -> str:
    """Spell `id` as users see it: `inv_06f3k…`, 26 characters of Crockford base32."""
    value = id.int
    characters = []
    for shift in range(5 * (_LENGTH - 1), -1, -5):
        characters.append(_ALPHABET[value >> shift & 31])
    return f"{prefix}_{''.join(characters)}"


def parse_id(prefix: str, text: str, *, param: str | None = None) -> UUID:
    """Read a public id back.

    Raises: NotFound, for what is misspelled as for what is unknown: no one learns which ids exist.
    """
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != _LENGTH or not _SIGNS.issuperset(tail):
        raise NotFound(_NAME_OF.get(prefix, prefix), text[:64], param=param)
    value = int(tail.translate(_AS_PYTHON_READS), 32)
    if value >> 128:
        raise NotFound(_NAME_OF.get(prefix, prefix), text[:64], param=param)
    return UUID(int=value)
