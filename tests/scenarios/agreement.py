"""A mandate that a customer has agreed to, seen from the shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from khata.core.ids import new_id
from khata.core.mandate import ToldBy
from khata.core.mandate_rules import Category
from khata.core.mandate_terms import Frequency
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus
from khata.usecases.mandates.create_mandate import CreateMandate, create_mandate
from khata.usecases.mandates.find_mandate import find_mandate
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate
from khata.usecases.mandates.opt_out_of_debit import OptOutOfDebit, opt_out_of_debit
from khata.usecases.mandates.pause_mandate import PauseMandate, pause_mandate
from khata.usecases.mandates.resume_mandate import ResumeMandate, resume_mandate
from khata.usecases.mandates.revoke_mandate import RevokeMandate, revoke_mandate

if TYPE_CHECKING:
    from tests.scenarios.customer import Customer

IST = ZoneInfo("Asia/Kolkata")


class Agreement:
    """The customer's latest mandate."""

    def __init__(self, customer: Customer) -> None:
        self.customer, self.shop = customer, customer.shop

    @classmethod
    def written(
        cls,
        customer: Customer,
        *,
        up_to: int,
        frequency: Frequency = Frequency.MONTHLY,
        category: Category = Category.GENERAL,
    ) -> Agreement:
        """Terms by UPI that nobody has agreed to yet; `up_to` is in paise."""
        shop, now = customer.shop, customer.shop.world.now
        command = CreateMandate(
            shop.tenant,
            new_id(now),
            now,
            customer.id,
            MethodKind.UPI,
            up_to,
            frequency,
            category=category,
        )
        create_mandate(command, db=shop.db, gateways=shop.world.engine.gateways)
        return cls(customer)

    @property
    def row(self) -> dict[str, Any]:
        names = "id, status, payment_method_id, start_on, max_amount, end_on, category"
        whose = "where customer_id = %(customer)s order by id desc limit 1"
        [row] = self._rows(f"select {names} from mandates {whose}")
        return dict(zip(names.split(", "), row, strict=True))

    @property
    def moves(self) -> list[tuple[str, str]]:
        return [
            (str(to), str(by))
            for to, by in self._rows(
                "select m.to_status, m.told_by from mandate_moves m join mandates d"
                " on d.id = m.mandate_id where d.customer_id = %(customer)s order by m.id"
            )
        ]

    @property
    def debits(self) -> list[tuple[str, str]]:
        """Each attempt by its rail's clock, and how it ended."""
        return [
            (when(made_at), str(status))
            for made_at, status in self._rows(
                "select a.created_at, a.status from mandate_debits b join attempts a"
                " on a.id = b.attempt_id join mandates d on d.id = b.mandate_id"
                " where d.customer_id = %(customer)s order by a.id"
            )
        ]

    @property
    def notices(self) -> list[tuple[str, int]]:
        """When the payer was told, and of how much."""
        return [
            (when(told_at), amount)
            for told_at, amount in self._rows(
                "select n.told_at, n.amount from debit_notices n join mandates d"
                " on d.id = n.mandate_id where d.customer_id = %(customer)s order by n.id"
            )
        ]

    def payment(self) -> tuple[str, str | None, str | None]:
        """The latest payment: its status, why it failed last, and when it is due."""
        status, code, due = self._rows(
            "select status, last_decline_code, next_attempt_at from payments"
            " where customer_id = %(customer)s order by id desc limit 1"
        )[0]
        return status, code, when(due) if due else None

    def is_opted_out_of(self, cycle: str | None = None) -> None:
        now = self.shop.world.now
        day = date.fromisoformat(cycle) if cycle else None
        id: UUID = self.row["id"]
        command = OptOutOfDebit(self.shop.tenant, id, new_id(now), now, ToldBy.CUSTOMER, day)
        opt_out_of_debit(command, db=self.shop.db)

    def is_revoked(self) -> None:
        now, id = self.shop.world.now, self.row["id"]
        command = RevokeMandate(self.shop.tenant, id, now, ToldBy.CUSTOMER, "too dear")
        revoke_mandate(command, db=self.shop.db)

    def is_paused(self) -> None:
        now, id = self.shop.world.now, self.row["id"]
        command = PauseMandate(self.shop.tenant, id, now, ToldBy.CUSTOMER, "on holiday")
        pause_mandate(command, db=self.shop.db)

    def is_resumed(self) -> None:
        now, id = self.shop.world.now, self.row["id"]
        command = ResumeMandate(self.shop.tenant, id, now, ToldBy.CUSTOMER, "back home")
        resume_mandate(command, db=self.shop.db)

    def is_told(self, status: str) -> None:
        """The gateway tells that it has moved."""
        now = self.shop.world.now
        with self.shop.db.transaction(self.shop.tenant) as uow:
            move = MoveMandate(MandateStatus(status), ToldBy.GATEWAY, "told", now)
            move_mandate(uow, find_mandate(uow, self.row["id"]), move)

    def _rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        return self.shop.rows(sql, customer=self.customer.id)


def when(instant: datetime) -> str:
    return instant.astimezone(IST).strftime("%m-%d %H:%M")
