"""Work set aside with its reason, until a person looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_ids, public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.rows import Connection, as_json


@dataclass(frozen=True, slots=True)
class ParkedWork:
    """What is set aside: the kind and id of its subject, and why. `resume_at` was its due time."""

    kind: str
    subject_id: UUID
    code: str
    reason: str
    resume_at: datetime | None


class AlreadyReleased(Refusal):
    """The parked work was taken up again before."""

    kind = Kind.CONFLICT


class Parked:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, works: Sequence[ParkedWork], at: datetime) -> None:
        """Set work aside; what is aside already stays as it is."""
        if not works:
            return
        rows = [
            {
                "id": id,
                "kind": work.kind,
                "subject_id": work.subject_id,
                "code": work.code,
                "reason": work.reason,
                "resume_at": work.resume_at,
                "at": at,
            }
            for id, work in zip(new_ids(at, len(works)), works, strict=True)
        ]
        self._connection.execute(
            """insert into parked (id, kind, subject_id, code, reason, resume_at, at)
               select id, kind, subject_id, code, reason, resume_at, at
                 from json_populate_recordset(null::parked, %s::json)
               on conflict (tenant_id, kind, subject_id) where released_at is null do nothing""",
            [as_json(rows)],
        )

    def end(self, kind: str, subject_ids: Sequence[UUID], at: datetime) -> None:
        """Take work out for good: what it was about has come to an end by itself."""
        if not subject_ids:
            return
        self._connection.execute(
            """update parked set released_at = %s, released_by = 'end'
                where tenant_id = current_tenant() and kind = %s and subject_id = any(%s)
                  and released_at is null""",
            [at, kind, list(subject_ids)],
        )

    def waiting(self, code: str | None, *, limit: int) -> list[UUID]:
        """Lock and return what waits for a person, the oldest first; `code` narrows it."""
        rows = self._connection.execute(
            """select id from parked
                where released_at is null and (%(code)s::text is null or code = %(code)s)
                order by id limit %(limit)s for update skip locked""",
            {"code": code, "limit": limit},
        ).fetchall()
        return [row[0] for row in rows]

    def take_up_waiting(
        self, kind: str, subject_ids: Sequence[UUID], code: str, at: datetime
    ) -> list[ParkedWork]:
        """Take out what waited for this reason only, now that it is gone, and return it."""
        rows = self._connection.execute(
            """update parked set released_at = %s, released_by = 'end'
                where tenant_id = current_tenant() and kind = %s and subject_id = any(%s)
                  and code = %s and released_at is null
               returning kind, subject_id, code, reason, resume_at""",
            [at, kind, list(subject_ids), code],
        )
        return [ParkedWork(*row) for row in rows]

    def say_anew(
        self, kind: str, subject_ids: Sequence[UUID], before: str, *, code: str, reason: str
    ) -> list[UUID]:
        """Give another reason to what waits for a reason, and return the subjects."""
        rows = self._connection.execute(
            """update parked set code = %s, reason = %s
                where tenant_id = current_tenant() and kind = %s and subject_id = any(%s)
                  and code = %s and released_at is null
               returning subject_id""",
            [code, reason, kind, list(subject_ids), before],
        )
        return [row[0] for row in rows]

    def payments(self, codes: Sequence[str]) -> list[tuple[UUID, UUID]]:
        """Return the payments that wait for one of these reasons, each with its invoice."""
        rows = self._connection.execute(
            """select p.id, p.invoice_id from parked k
                 join payments p on p.tenant_id = k.tenant_id and p.id = k.subject_id
                where k.kind = 'payment' and k.released_at is null and k.code = any(%s)
                order by k.id""",
            [list(codes)],
        )
        return [(row[0], row[1]) for row in rows]

    def count(self) -> int:
        """Return how much waits for a person."""
        row = self._connection.execute(
            "select count(*) from parked where released_at is null"
        ).fetchone()
        assert row is not None
        count: int = row[0]
        return count

    def release(self, id: UUID, at: datetime) -> ParkedWork:
        """Take work out again. Raises: NotFound, AlreadyReleased."""
        row = self._connection.execute(
            """update parked set released_at = %s, released_by = 'person'
                where id = %s and released_at is null
               returning kind, subject_id, code, reason, resume_at""",
            [at, id],
        ).fetchone()
        if row is None:
            name = public_id("park", id)
            if self._connection.execute("select 1 from parked where id = %s", [id]).fetchone():
                raise AlreadyReleased(f"{name} was taken up again already; there is nothing to do")
            raise NotFound("parked work", name)
        return ParkedWork(*row)
