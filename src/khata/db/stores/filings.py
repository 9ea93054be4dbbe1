"""Returns that were filed, what they close, and what later ones tell anew."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.exports.corrections import Correction
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind
from khata.core.filing import FiledReturn, PeriodFiled
from khata.db.rows import Connection

FILED_FIELDS = "id, registration_id, form, period, arn, filed_on, sha256, figures, created_at"
AMENDMENT_FIELDS = """id, registration_id, filed_return_id, invoice_id, credit_note_id,
    voucher_id, period, gstin, place_code, reason, created_at"""
UNDO_FIELDS = "id, registration_id, period, arn, filed_on, sha256, reason, filed_at, created_at"

_CLOSED = """
    select f.arn, f.filed_on, d.issued_on
      from unnest(%s::uuid[], %s::date[]) as d (registration_id, issued_on)
      join filed_returns f on f.registration_id = d.registration_id
       and f.form = 'gstr1' and f.period = date_trunc('month', d.issued_on)::date
     limit 1
"""


_KEPT_AS = {
    DocumentKind.CREDIT_NOTE: "credit_note_id",
    DocumentKind.RECEIPT_VOUCHER: "voucher_id",
    DocumentKind.REFUND_VOUCHER: "voucher_id",
}


class Filings:
    """Tables filed_returns, filing_undos and return_amendments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, filed: FiledReturn, file: str) -> bool:
        """Keep a return as it was filed; answer False where its month has one."""
        cursor = self._connection.execute(
            "insert into filed_returns (id, registration_id, form, period, arn, filed_on, file,"
            " sha256, figures, created_at) values (%s, %s, 'gstr1', %s, %s, %s, %s, %s, %s, %s)"
            " on conflict do nothing",
            [
                filed.id,
                filed.registration_id,
                filed.period.first,
                filed.arn,
                filed.filed_on,
                file,
                filed.sha256,
                Jsonb(dict(filed.owed)),
                filed.created_at,
            ],
        )
        return cursor.rowcount == 1

    def row(self, id: UUID) -> dict[str, Any] | None:
        """Return a filed return as a row of FILED_FIELDS, or None."""
        return self._one(f"select {FILED_FIELDS} from filed_returns where id = %s", id)

    def file_of(self, id: UUID) -> str | None:
        """Return what was filed, or None."""
        found = self._one("select file from filed_returns where id = %s", id)
        return None if found is None else str(found["file"])

    def of(self, registration_id: UUID) -> tuple[FiledReturn, ...]:
        """Return all that a registration has filed, the oldest month first."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {FILED_FIELDS} from filed_returns where registration_id = %s"
                " order by period",
                [registration_id],
            ).fetchall()
        return tuple(filed_of(row) for row in rows)

    def lock(self, registration_id: UUID) -> None:
        """Let nobody else file of the registration, or cancel what it gave out, for now.

        Documents of other months go on meanwhile.
        """
        self._connection.execute(
            "select 1 from registrations where id = %s for no key update", [registration_id]
        )

    def closing(self, registration_id: UUID, day: date) -> FiledReturn | None:
        """Return the filed return that a document of this day was declared in, or None."""
        found = self._one(
            f"select {FILED_FIELDS} from filed_returns where registration_id = %s"
            " and form = 'gstr1' and period = date_trunc('month', %s::date)::date",
            registration_id,
            day,
        )
        return None if found is None else filed_of(found)

    def hold_open(self, invoice_id: UUID) -> FiledReturn | None:
        """Return the return that has declared an invoice; none is filed until the commit.

        What no GST reaches, as a top-up, no return declares.
        """
        self._connection.execute(
            "select 1 from registrations r join invoices i on i.registration_id = r.id"
            " where i.id = %s for share of r",
            [invoice_id],
        )
        found = self._one(
            f"select {', '.join(f'f.{name}' for name in FILED_FIELDS.split(', '))}"
            " from filed_returns f join invoices i on i.registration_id = f.registration_id"
            " where i.id = %s and i.supply_treatment <> 'out_of_scope' and f.form = 'gstr1'"
            " and f.period = date_trunc('month', i.issued_on)::date",
            invoice_id,
        )
        return None if found is None else filed_of(found)

    def refuse_closed(self, dated: Iterable[tuple[UUID, date]]) -> None:
        """Refuse documents of these registrations and days, where the month was filed.

        Raises: PeriodFiled. Source: CGST Act s.37(1), (3).
        """
        pairs = sorted(set(dated))
        row = self._connection.execute(
            _CLOSED, [[one for one, _ in pairs], [day for _, day in pairs]]
        ).fetchone()
        if row is not None:
            raise PeriodFiled(
                f"No document is dated {row[2]} any more: the return of that month was filed on "
                f"{row[1]} under {row[0]}"
            )

    def amend(
        self,
        id: UUID,
        correction: Correction,
        *,
        filed: FiledReturn,
        kind: DocumentKind,
        reason: str,
        at: datetime,
    ) -> None:
        """Keep what a later return tells anew."""
        document = _KEPT_AS.get(kind, "invoice_id")
        self._connection.execute(
            f"insert into return_amendments (id, registration_id, filed_return_id, {document},"
            " period, gstin, place_code, reason, created_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                id,
                filed.registration_id,
                filed.id,
                correction.document_id,
                correction.period.first,
                correction.gstin,
                correction.place_code,
                reason,
                at,
            ],
        )

    def undo(self, id: UUID, reason: str, at: datetime) -> None:
        """Take away a filing that nothing tells anew; what was written down is kept."""
        self._connection.execute("select undo_filing(%s, %s, %s)", [id, reason, at])

    def undone(self, id: UUID) -> dict[str, Any] | None:
        """Return a filing that was undone as a row of UNDO_FIELDS, or None."""
        return self._one(f"select {UNDO_FIELDS} from filing_undos where id = %s", id)

    def amended(self, id: UUID) -> bool:
        """Say whether a later return tells anything of this one anew."""
        found = self._one("select 1 from return_amendments where filed_return_id = %s limit 1", id)
        return found is not None

    def amendment(self, id: UUID) -> dict[str, Any] | None:
        """Return an amendment as a row of AMENDMENT_FIELDS, or None."""
        return self._one(f"select {AMENDMENT_FIELDS} from return_amendments where id = %s", id)

    def corrections(self, registration_id: UUID) -> Sequence[tuple[UUID, Correction]]:
        """Return every correction of a registration, each with the return it corrects."""
        rows = self._connection.execute(
            "select filed_return_id, coalesce(invoice_id, credit_note_id, voucher_id), period,"
            " gstin, place_code from return_amendments where registration_id = %s order by id",
            [registration_id],
        )
        return [
            (filed, Correction(document, ReturnPeriod.of(period), gstin, place))
            for filed, document, period, gstin, place in rows
        ]

    def _one(self, sql: str, *parameters: object) -> dict[str, Any] | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode(), parameters).fetchone()


def filed_of(row: dict[str, Any]) -> FiledReturn:
    """Return the filed return that a row of FILED_FIELDS holds."""
    return FiledReturn(
        row["id"],
        row["registration_id"],
        ReturnPeriod.of(row["period"]),
        row["arn"],
        row["filed_on"],
        row["sha256"],
        row["figures"],
        row["created_at"],
    )
