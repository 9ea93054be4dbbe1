"""Webhook endpoints as rows: where news is sent, with its sealed secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.webhooks import Disabled, Endpoint, EndpointStatus, Health
from khata.db.rows import Connection

FIELDS = """id, url, description, events, status, disabled_at, disabled_because, failing_since,
    failures, slow_until, previous_until, created_at"""


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """As they are stored: only a vault opens them."""

    current: bytes
    previous: bytes | None
    previous_until: datetime | None


class WebhookEndpoints:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, endpoint: Endpoint, sealed: bytes) -> None:
        self._connection.execute(
            """insert into webhook_endpoints
                 (id, url, description, events, secret, status, created_at)
               values (%s, %s, %s, %s, %s, %s, %s)""",
            [
                endpoint.id,
                endpoint.url,
                endpoint.description,
                list(endpoint.events),
                sealed,
                endpoint.status,
                endpoint.created_at,
            ],
        )

    def get(self, id: UUID, *, lock: bool = False) -> Endpoint | None:
        """Return the endpoint, or None where there is none or it was deleted.

        Locked, it can be changed by nobody else; what refers to it can be stored all the same.
        """
        row = self._connection.execute(
            f"select {FIELDS} from webhook_endpoints where id = %s and deleted_at is null"
            + (" for no key update" if lock else ""),
            [id],
        ).fetchone()
        return None if row is None else _endpoint(row)

    def count(self) -> int:
        """Return how many there are, for as long as no other can come."""
        self._connection.execute("select 1 from tenants for update")
        row = self._connection.execute(
            "select count(*) from webhook_endpoints where deleted_at is null"
        ).fetchone()
        return int(row[0]) if row else 0

    def enabled(self) -> Sequence[tuple[UUID, Sequence[str]]]:
        """Return who gets news, and which filters let it through."""
        return self._connection.execute(
            "select id, events from webhook_endpoints"
            " where tenant_id = current_tenant() and status = 'enabled' and deleted_at is null"
        ).fetchall()

    def secrets(self, id: UUID) -> SealedSecrets:
        row = self._connection.execute(
            "select secret, previous_secret, previous_until from webhook_endpoints where id = %s",
            [id],
        ).fetchone()
        assert row is not None, "an endpoint that is locked is there"
        return SealedSecrets(*row)

    def change(self, id: UUID, *, url: str, description: str | None, events: Sequence[str]) -> None:
        self._connection.execute(
            "update webhook_endpoints set url = %s, description = %s, events = %s where id = %s",
            [url, description, list(events), id],
        )

    def rotate(
        self, id: UUID, sealed: bytes, *, previous: bytes | None, until: datetime | None
    ) -> None:
        """Replace the secret; the one before it signs too until an instant, if at all."""
        self._connection.execute(
            """update webhook_endpoints
                  set secret = %s, previous_secret = %s, previous_until = %s where id = %s""",
            [sealed, previous, until, id],
        )

    def enable(self, id: UUID) -> None:
        """Let news be sent again, as if nothing had ever failed."""
        self._connection.execute(
            """update webhook_endpoints
                  set status = 'enabled', disabled_at = null, disabled_because = null,
                      failing_since = null, failures = 0, slow_until = null
                where id = %s""",
            [id],
        )

    def disable(self, id: UUID, because: Disabled, at: datetime) -> bool:
        """Let nothing more be sent; False where that was so already."""
        changed = self._connection.execute(
            """update webhook_endpoints
                  set status = %s, disabled_at = %s, disabled_because = %s
                where id = %s and status <> %s""",
            [EndpointStatus.DISABLED, at, because, id, EndpointStatus.DISABLED],
        )
        return changed.rowcount == 1

    def delete(self, id: UUID, at: datetime) -> None:
        """Take it out of everything but the log, and forget its secrets."""
        self._connection.execute(
            """update webhook_endpoints
                  set deleted_at = %s, secret = '', previous_secret = null, previous_until = null
                where id = %s""",
            [at, id],
        )

    def store_health(self, id: UUID, health: Health) -> None:
        self._connection.execute(
            """update webhook_endpoints set failing_since = %s, failures = %s, slow_until = %s
                where id = %s""",
            [health.failing_since, health.failures, health.slow_until, id],
        )


def endpoint_of(row: dict[str, object]) -> Endpoint:
    """Return what a row with the columns of FIELDS says."""
    return _endpoint(tuple(row.values()))


def _endpoint(row: Sequence[object]) -> Endpoint:
    id, url, description, events, status, disabled_at, because = row[:7]
    failing_since, failures, slow_until, previous_until, created_at = row[7:]
    return Endpoint(
        id=id,  # type: ignore[arg-type]
        url=url,  # type: ignore[arg-type]
        description=description,  # type: ignore[arg-type]
        events=tuple(events),  # type: ignore[arg-type]
        status=EndpointStatus(status),  # type: ignore[arg-type]
        disabled_at=disabled_at,  # type: ignore[arg-type]
        disabled_because=Disabled(because) if because else None,  # type: ignore[arg-type]
        health=Health(failing_since, failures, slow_until),  # type: ignore[arg-type]
        previous_until=previous_until,  # type: ignore[arg-type]
        created_at=created_at,  # type: ignore[arg-type]
    )
