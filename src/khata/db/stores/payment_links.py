"""Payment links as rows: more addresses of invoices' pages, each with an end and a way back."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.ids import public_id
from khata.core.links import PaymentLink
from khata.core.refusal import NotFound
from khata.db.rows import Connection, insert_rows

_NAMES = tuple(field.name for field in fields(PaymentLink))
_COLUMNS = ", ".join(_NAMES)


class PaymentLinks:
    """Table payment_links."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, link: PaymentLink) -> None:
        insert_rows(
            self._connection, "payment_links", [{name: getattr(link, name) for name in _NAMES}]
        )

    def get(self, id: UUID) -> PaymentLink:
        """Return one link. Raises: NotFound."""
        link = self._first("id = %s", id)
        if link is None:
            raise NotFound("payment link", public_id("plink", id))
        return link

    def find(self, id: UUID) -> PaymentLink | None:
        """Return the link, or None."""
        return self._first("id = %s", id)

    def by_token(self, token: str) -> PaymentLink | None:
        """Return the link that a page's address names, or None."""
        return self._first("token = %s", token)

    def cancel(self, id: UUID, at: datetime) -> None:
        self._connection.execute(
            "update payment_links set canceled_at = coalesce(canceled_at, %s) where id = %s",
            [at, id],
        )

    def _first(self, condition: str, *values: Any) -> PaymentLink | None:
        row = self._connection.execute(
            f"select {_COLUMNS} from payment_links where {condition}", values
        ).fetchone()
        return PaymentLink(*row) if row else None
