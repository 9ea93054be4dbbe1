"""The desk of the pretend Razorpay: its accounts, its time, its plans, and what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from khata.simulators.clock import Plans, SimClock
from khata.simulators.hooks import Hooks
from khata.simulators.razorpay.accounts import Account, Accounts
from khata.simulators.razorpay.notices import hook_of


@dataclass
class Desk:
    clock: SimClock
    plans: Plans
    hooks: Hooks
    accounts: Accounts = field(default_factory=Accounts)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def tell(
        self, account: Account, event: str, about: Mapping[str, Mapping[str, Any]], at: datetime
    ) -> None:
        """Keep a webhook, with its objects as they are at this moment."""
        id = self.accounts.new_id("evt").removeprefix("evt_")
        entities = {name: dict(entity) for name, entity in about.items()}
        self.hooks.add(hook_of(id, account=account.id, event=event, about=entities, at=at))
