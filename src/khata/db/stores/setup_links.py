"""Setup links as rows: the addresses at which customers save a way to pay."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.links import SetupLink
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound
from khata.db.rows import Connection, insert_rows
from khata.db.stores.visits import terms_as_json, terms_of

_NAMES = tuple(field.name for field in fields(SetupLink))
_COLUMNS = ", ".join(_NAMES)


class SetupLinks:
    """Table setup_links."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, link: SetupLink) -> None:
        row = {name: getattr(link, name) for name in _NAMES}
        insert_rows(
            self._connection, "setup_links", [row | {"mandate": terms_as_json(link.mandate)}]
        )

    def get(self, id: UUID) -> SetupLink:
        """Return one link. Raises: NotFound."""
        link = self._first("id = %s", id)
        if link is None:
            raise NotFound("setup link", public_id("slink", id))
        return link

    def by_token(self, token: str) -> SetupLink | None:
        """Return the link that a page's address names, or None."""
        return self._first("token = %s", token)

    def cancel(self, id: UUID, at: datetime) -> None:
        self._connection.execute(
            "update setup_links set canceled_at = coalesce(canceled_at, %s) where id = %s", [at, id]
        )

    def saved(self, id: UUID, payment_method_id: UUID) -> None:
        """Note what was saved by the link; other links have no such row."""
        self._connection.execute(
            "update setup_links set payment_method_id = %s where id = %s", [payment_method_id, id]
        )

    def agrees_to(self, id: UUID, mandate_id: UUID) -> None:
        """Note which mandate the payer is to agree to."""
        self._connection.execute(
            "update setup_links set mandate_id = %s where id = %s", [mandate_id, id]
        )

    def open_with_terms(
        self, customer_id: UUID, kind: MethodKind, at: datetime
    ) -> SetupLink | None:
        """Return the newest link of the customer that is open, with terms for this rail."""
        return self._first(
            "customer_id = %s and kind = %s and mandate is not null and canceled_at is null"
            " and payment_method_id is null and expires_at > %s"
            " and not exists (select from mandates m where m.id = mandate_id"
            " and m.status in ('revoked', 'expired', 'completed'))"
            " order by id desc limit 1",
            customer_id,
            kind,
            at,
        )

    def _first(self, condition: str, *values: Any) -> SetupLink | None:
        row = self._connection.execute(
            f"select {_COLUMNS} from setup_links where {condition}", values
        ).fetchone()
        return setup_link_of(row) if row else None


def setup_link_of(row: TupleRow) -> SetupLink:
    """Return what a row with the columns of a setup link says."""
    told = dict(zip(_NAMES, row, strict=True))
    kind = told["kind"]
    return SetupLink(
        **told | {"kind": MethodKind(kind) if kind else None, "mandate": terms_of(told["mandate"])}
    )
