"""Advances as rows: their vouchers, what is left of each, and what took it up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.advance import OpenAdvance, Part, Voucher
from khata.core.document_kind import DocumentKind
from khata.core.ids import new_ids, public_id
from khata.core.numbering import counted_under
from khata.core.refusal import NotFound
from khata.core.tax.gst import TaxRow
from khata.core.tax.nature import Nature
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment, place_of
from khata.db.rows import Connection, insert_rows
from khata.db.stores.counters import Counters, rendered

_VOUCHER = """
    select id, kind, registration_id, customer_id, wallet_id, grant_id, source_id, invoice_id,
           receipt_id, series, financial_year, currency, description, tax_code, tax_nature, net,
           total, issued_on, supply_kind, supply_treatment, place_country, place_state, place_code,
           endorsement, lut_number, law, reason, seller_party_id, buyer_party_id, exchange_rate
      from vouchers where id = %s
"""
_OPEN = """
    select v.id, v.grant_id, v.registration_id, v.currency, v.left_total, t.name, t.rate,
           v.net, t.left_amount
      from vouchers v left join voucher_taxes t on t.voucher_id = v.id
     where v.kind = 'receipt_voucher' and v.left_total > 0 and {condition}
     order by v.id, t.position
"""
_RETURNED = """
    update advance_uses u set returned_on = %(on)s
      from vouchers v
     where u.cause = 'invoice' and u.source_id = %(source)s and u.returned_on is null
       and v.id = u.voucher_id
    returning u.voucher_id, v.grant_id, v.registration_id, v.currency, u.amount, u.taxes
"""


class Advances:
    """Tables vouchers, voucher_taxes and advance_uses. Whoever writes has locked the wallet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issue(self, vouchers: Sequence[Voucher], at: datetime) -> None:
        """Store vouchers of one kind, with numbers that have no gaps. Raises: SeriesFull."""
        wanted = [(one.registration_id, one.series, one.financial_year) for one in vouchers]
        drawn = Counters(self._connection, vouchers[0].kind).draw(wanted)
        numbers = rendered(wanted, drawn)
        rows = [
            {**_row(voucher), "sequence": sequence, "number": number, "created_at": at}
            for voucher, (sequence, number) in zip(vouchers, numbers, strict=True)
        ]
        insert_rows(self._connection, "vouchers", rows)
        insert_rows(
            self._connection,
            "voucher_taxes",
            [
                {
                    "voucher_id": voucher.id,
                    "position": position,
                    "name": row.name,
                    "rate": row.rate,
                    "amount": row.amount,
                    "left_amount": row.amount if _is_open(voucher) else 0,
                }
                for voucher in vouchers
                for position, row in enumerate(voucher.taxes)
            ],
        )

    def voucher(self, id: UUID) -> Voucher:
        """Return a voucher. Raises: NotFound."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_VOUCHER, [id]).fetchone()
        if row is None:
            raise NotFound("voucher", public_id("vch", id))
        taxes = self._connection.execute(
            "select name, rate, amount from voucher_taxes where voucher_id = %s order by position",
            [id],
        ).fetchall()
        net = row["net"]
        return _voucher(row, tuple(TaxRow(name, rate, net, tax) for name, rate, tax in taxes))

    def came_by(self, grant: UUID) -> Voucher:
        """Return the voucher with which the money of a wallet's credit came: the first of it.

        Later ones are of the same money, which a note or another registration received anew.
        """
        row = self._connection.execute(
            "select id from vouchers where grant_id = %s and kind = 'receipt_voucher'"
            " order by id limit 1",
            [grant],
        ).fetchone()
        assert row is not None  # who asks has found one of its vouchers
        return self.voucher(row[0])

    def open_of(self, grants: Sequence[UUID]) -> dict[UUID, list[OpenAdvance]]:
        """Return what is left of the advances in these credits of wallets, the oldest first."""
        found: dict[UUID, list[OpenAdvance]] = defaultdict(list)
        for one in self._open("v.grant_id = any(%s)", list(grants)):
            found[one.grant_id].append(one)
        return found

    def left_of(self, customer_id: UUID, currency: str) -> Sequence[tuple[date, int]]:
        """Return what a customer has left in advances, the oldest first: day and minor units."""
        return self._connection.execute(
            "select issued_on, left_total from vouchers where customer_id = %s and currency = %s"
            " and kind = 'receipt_voucher' and left_total > 0 order by issued_on, id",
            [customer_id, currency],
        ).fetchall()

    def open_voucher(self, id: UUID) -> OpenAdvance | None:
        """Return what is left of one advance, or None where nothing is."""
        return next(iter(self._open("v.id = %s", id)), None)

    def use(
        self, parts: Sequence[tuple[Part, UUID]], *, cause: str, on: date, at: datetime
    ) -> None:
        """Take parts of advances, each with what took it up."""
        ids = new_ids(at, len(parts))
        insert_rows(
            self._connection,
            "advance_uses",
            [
                {
                    "id": id,
                    "voucher_id": part.voucher_id,
                    "cause": cause,
                    "source_id": source,
                    "amount": part.amount,
                    "taxes": [row.amount for row in part.taxes],
                    "used_on": on,
                }
                for id, (part, source) in zip(ids, parts, strict=True)
            ],
        )
        for part, _ in parts:
            self._take(part.voucher_id, part.amount, [row.amount for row in part.taxes])

    def restore(self, invoice_id: UUID, *, on: date) -> list[tuple[UUID, Part]]:
        """Give back what a void invoice took up, by the credit that it was taken of."""
        restored = []
        rows = self._connection.execute(_RETURNED, {"source": invoice_id, "on": on}).fetchall()
        for voucher, grant, registration, currency, amount, taxes in rows:
            self._take(voucher, -amount, [-tax for tax in taxes])
            names = self._connection.execute(
                "select name, rate from voucher_taxes where voucher_id = %s order by position",
                [voucher],
            ).fetchall()
            kept = tuple(
                TaxRow(name, rate, 0, tax) for (name, rate), tax in zip(names, taxes, strict=True)
            )
            restored.append((grant, Part(voucher, registration, currency, amount, kept)))
        return restored

    def _open(self, condition: str, value: Any) -> list[OpenAdvance]:
        found: dict[UUID, OpenAdvance] = {}
        rows = self._connection.execute(_OPEN.format(condition=condition).encode(), [value])
        for id, grant, registration, currency, left, name, rate, net, tax in rows:
            before = found[id].taxes if id in found else ()
            own = () if name is None else (TaxRow(name, rate, net, tax),)
            found[id] = OpenAdvance(id, grant, registration, currency, left, before + own)
        return list(found.values())

    def _take(self, voucher: UUID, amount: int, taxes: Sequence[int]) -> None:
        self._connection.execute(
            "update vouchers set left_total = left_total - %s where id = %s", [amount, voucher]
        )
        self._connection.execute(
            "update voucher_taxes t set left_amount = t.left_amount - u.amount"
            " from unnest(%s::bigint[]) with ordinality u (amount, n)"
            " where t.voucher_id = %s and t.position = u.n - 1",
            [list(taxes), voucher],
        )


def _is_open(voucher: Voucher) -> bool:
    return voucher.kind is DocumentKind.RECEIPT_VOUCHER


def _row(voucher: Voucher) -> dict[str, Any]:
    supply = voucher.supply
    return {
        "id": voucher.id,
        "kind": voucher.kind,
        "registration_id": voucher.registration_id,
        "customer_id": voucher.customer_id,
        "wallet_id": voucher.wallet_id,
        "grant_id": voucher.grant_id,
        "source_id": voucher.source_id,
        "invoice_id": voucher.invoice_id,
        "receipt_id": voucher.receipt_id,
        "series": counted_under(voucher.series),
        "financial_year": voucher.financial_year,
        "currency": voucher.currency,
        "description": voucher.description,
        "tax_code": voucher.tax_code,
        "tax_nature": voucher.nature,
        "net": voucher.net,
        "tax": voucher.tax,
        "total": voucher.total,
        "left_total": voucher.total if _is_open(voucher) else 0,
        "exchange_rate": voucher.exchange_rate,
        "issued_on": voucher.issued_on,
        "supply_kind": supply.kind,
        "supply_treatment": supply.treatment,
        "place_country": supply.place.country,
        "place_state": supply.place.state,
        "place_code": supply.place.code,
        "endorsement": supply.endorsement,
        "lut_number": supply.lut,
        "law": supply.law,
        "reason": supply.reason,
        "seller_party_id": voucher.seller_party_id,
        "buyer_party_id": voucher.buyer_party_id,
    }


def _voucher(row: Mapping[str, Any], taxes: tuple[TaxRow, ...]) -> Voucher:
    told = dict(row)
    supply = Supply(
        kind=SupplyKind(told.pop("supply_kind")),
        treatment=Treatment(told.pop("supply_treatment")),
        place=place_of(told.pop("place_country"), told.pop("place_state"), told.pop("place_code")),
        endorsement=told.pop("endorsement"),
        law=told.pop("law"),
        reason=told.pop("reason"),
        lut=told.pop("lut_number"),
    )
    told |= {"kind": DocumentKind(told["kind"]), "nature": Nature(told.pop("tax_nature"))}
    return Voucher(**told, taxes=taxes, supply=supply)
