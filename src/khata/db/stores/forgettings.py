"""Ways to pay that gateways are to delete, as rows: each until its gateway has done so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.forgetting import next_forgetting
from khata.db.rows import Connection


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One method that its gateway is to delete, and what the gateway knows it by."""

    payment_method_id: UUID
    gateway: str
    account_id: UUID
    token: str
    holder: str | None


class Forgettings:
    """Table forgettings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, payment_method_id: UUID, at: datetime) -> None:
        """Let a method that was detached be deleted at its gateway.

        Without an account nothing is kept anywhere. One whose token another method of ours still
        charges is left there until that is detached.
        """
        self._connection.execute(
            """insert into forgettings
                 (payment_method_id, gateway, gateway_account_id, token, holder, next_try_at,
                  created_at)
               select m.id, m.gateway, m.gateway_account_id, m.token, m.holder, %(at)s, %(at)s
                 from payment_methods m
                where m.id = %(id)s and m.gateway_account_id is not null
                  and not exists (
                    select 1 from payment_methods other
                     where other.tenant_id = m.tenant_id and other.id <> m.id
                       and other.gateway_account_id = m.gateway_account_id
                       and other.token = m.token and other.detached_at is null)
               on conflict do nothing""",
            {"id": payment_method_id, "at": at},
        )

    def take_due(self, at: datetime, *, limit: int) -> list[Forgetting]:
        """Take what is to be asked now and count the try; its next time is written at once."""
        rows = self._connection.execute(
            """select payment_method_id, gateway, gateway_account_id, token, holder, tries
                 from forgettings
                where tenant_id = current_tenant() and next_try_at <= %s
                order by next_try_at, payment_method_id limit %s for no key update skip locked""",
            [at, limit],
        ).fetchall()
        for id, *_, tries in rows:
            self._connection.execute(
                "update forgettings set tries = tries + 1, next_try_at = %s"
                " where payment_method_id = %s",
                [next_forgetting(tries + 1, at), id],
            )
        return [Forgetting(*row[:5]) for row in rows]

    def done(self, payment_method_id: UUID, at: datetime) -> None:
        """Note that the gateway has deleted it, and forget what it was known by there."""
        self._connection.execute(
            "update forgettings set token = null, holder = null, next_try_at = null, done_at = %s"
            " where payment_method_id = %s",
            [at, payment_method_id],
        )
