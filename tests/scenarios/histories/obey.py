"""Obeying: each command on the engine and in the model, refused by both or by none."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from khata.core.anchoring import AnchorNotMovable
from khata.core.plan_change import ChangeNotAllowed, Invoicing, NothingChanges
from khata.core.policies import PauseCredit
from khata.core.proration import ProrationPolicy
from khata.core.trial import NotOnTrial
from khata.usecases.billing.next_invoice import NothingToCome
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.subscriptions.cancel_subscription import (
    AlreadyCanceled,
    CancelSubscription,
    cancel_subscription,
)
from khata.usecases.subscriptions.cancel_subscription import (
    When as CancelWhen,
)
from khata.usecases.subscriptions.extend_trial import TrialEndOutOfRange
from khata.usecases.subscriptions.pause_subscription import NotPausable, PauseOutsidePeriod
from khata.usecases.subscriptions.resume_subscription import NotPaused
from khata.usecases.subscriptions.uncancel_subscription import NotCanceled
from tests.scenarios.histories import money
from tests.scenarios.histories.commands import Command
from tests.scenarios.histories.life import A_DAY, Items, Life
from tests.scenarios.histories.lived import Lived, Refused, When, refuses
from tests.scenarios.histories.papers import Bill


def obey(lived: Lived, command: Command) -> None:
    name, *arguments = command
    _COMMANDS[name](lived, *arguments)


# Time


def wait(lived: Lived, days: int) -> None:
    """What the next invoice will be is foreseen, and then it comes."""
    _foresee(lived)
    lived.life.wait(lived.life.today + timedelta(days=days))
    lived.world.wait_until(str(lived.life.today))


def _foresee(lived: Lived) -> None:
    to_come = _next_bill(lived.life)
    ask = PreviewInvoice(lived.shop.tenant, lived.subscribed.id, lived.world.now)
    if to_come is None:
        refuses(NothingToCome, lambda: preview_invoice(ask, db=lived.shop.db))
        return
    seen = preview_invoice(ask, db=lived.shop.db)
    lines = [(line.charge.amount, line.amount, line.period.start, line.period.end)
             for line in seen.lines]  # fmt: skip
    assert lines == [(one.price, one.net, one.start, one.end) for one in to_come.lines]
    assert seen.total == to_come.total


# Plans


def change(lived: Lived, items: Items, when: When, later: bool) -> None:
    life = lived.life
    ends = max(life.end, life.today) if life.status == "active" else life.today
    day = lived.day(when, end=ends)
    terms: dict[str, Any] = {
        "seats": [count for _, count in items],
        "when": lived.asked(when),
        "invoicing": Invoicing.NEXT if later else Invoicing.NOW,
    }
    plans = [plan for plan, _ in items]
    refusal: Refused = None
    if life.status == "canceled":
        refusal = ChangeNotAllowed
    elif sorted(items) == sorted(_items_by(lived, day)):
        refusal = NothingChanges
    if refusal is not None:
        refuses(refusal, lambda: lived.subscribed.changes_to(*plans, **terms))
        return
    seen = lived.subscribed.would_change_to(*plans, **terms)
    before = len(lived.subscribed.invoices), len(lived.subscribed.credit_notes)
    lived.subscribed.changes_to(*plans, **terms)
    if day > life.today:
        life.schedule(day, items, later=later)
        return
    life.change(items, later=later)
    made = [one.total.amount for one in lived.subscribed.invoices[before[0] :]]
    notes = [total for _, _, total in lived.subscribed.credit_notes[before[1] :]]
    assert made == ([seen.decided.invoice.total] if seen.decided.invoice else [])
    assert notes == [note.total for note in seen.decided.notes]


def _items_by(lived: Lived, day: date) -> Items:
    if day <= lived.life.today:
        return lived.life.items
    earlier = [one for one in lived.life.scheduled if one.day <= day]
    return earlier[-1].items if earlier else lived.life.items


# The life of a subscription


def pause(lived: Lived, when: When, until: int | None, credit: bool) -> None:
    life = lived.life
    first = lived.day(when, end=life.end)
    ends = None if until is None else life.today + timedelta(days=until)
    refusal: Refused = None
    if life.status not in ("trialing", "active") or life.pause_on is not None:
        refusal = NotPausable
    elif ends is not None and ends <= first:
        refusal = PauseOutsidePeriod

    def asked() -> None:
        given = PauseCredit.PRORATED if credit else PauseCredit.NONE
        spelled = None if ends is None else str(ends)
        lived.subscribed.is_paused(str(lived.asked(when)), until=spelled, credit=given)

    if not refuses(refusal, asked):
        life.pause_credits, life.resume_on = credit, ends
        if first > life.today:
            life.pause_on = first
        else:
            life.pause(life.today + A_DAY)


def resume(lived: Lived) -> None:
    life = lived.life
    paused = life.status == "paused"
    is_set = paused or (life.status != "canceled" and life.pause_on is not None)
    if refuses(None if is_set else NotPaused, lived.subscribed.is_resumed):
        return
    if paused:
        life.resume()
        life.catch_up()
    else:
        life.pause_on = life.resume_on = None


def anchor(lived: Lived, days: int) -> None:
    life, anchor = lived.life, lived.life.today + timedelta(days=days)
    fixed = life.status == "canceled" or anchor == life.anchor
    refusal = AnchorNotMovable if fixed else None
    if not refuses(refusal, lambda: lived.subscribed.is_anchored_on(str(anchor))):
        life.move_anchor(anchor)


def extend(lived: Lived, days: int) -> None:
    life = lived.life
    end = (life.trial_end or life.today) + timedelta(days=days)
    refusal: Refused = TrialEndOutOfRange if days == 0 else None
    if life.status != "trialing" or life.cancel_on is not None:
        refusal = NotOnTrial
    if not refuses(refusal, lambda: lived.subscribed.trial_ends(str(end))):
        life.move_trial(end)


def end_trial(lived: Lived) -> None:
    life = lived.life
    on_trial = life.status == "trialing" and life.cancel_on is None
    if not refuses(None if on_trial else NotOnTrial, lived.subscribed.trial_ends):
        life.move_trial(life.today)


def cancel(lived: Lived, when: When, credit: bool) -> None:
    life, asked_for = lived.life, lived.asked(when)
    day = lived.day(when, end=life.end if life.next_day() is not None else life.today)
    refusal: Refused = None
    if life.status == "canceled" or (day > life.today and life.cancel_on is not None):
        refusal = AlreadyCanceled
    command = CancelSubscription(
        lived.shop.tenant,
        lived.subscribed.id,
        lived.world.now,
        asked_for if isinstance(asked_for, date) else CancelWhen(asked_for),
        policy=ProrationPolicy.BY_DAY if credit else None,
    )
    tools = lived.world.engine.tools
    if refuses(refusal, lambda: cancel_subscription(command, tools=tools, db=lived.shop.db)):
        return
    if day > life.today:
        life.cancel_on, life.cancel_credits = day, credit
    else:
        life.cease(life.today + A_DAY if credit else None)


def keep(lived: Lived) -> None:
    life = lived.life
    is_set = life.status != "canceled" and life.cancel_on is not None
    if not refuses(None if is_set else NotCanceled, lived.subscribed.is_kept):
        life.cancel_on = None


def _next_bill(life: Life) -> Bill | None:
    """The invoice of the next thing that makes one."""
    to_come = deepcopy(life)
    known = len(to_come.bills)
    while (day := to_come.next_day()) is not None:
        to_come.today = day
        to_come.happen(day)
        if len(to_come.bills) > known:
            return to_come.bills[known]
    return None


_COMMANDS: dict[str, Callable[..., None]] = {
    "wait": wait,
    "change": change,
    "pause": pause,
    "resume": resume,
    "anchor": anchor,
    "extend": extend,
    "end_trial": end_trial,
    "cancel": cancel,
    "keep": keep,
    "redeem": money.redeem,
    "give_up": money.give_up,
    "fill": money.fill,
    "item": money.item,
    "pay": money.pay,
    "void": money.void,
    "credit": money.credit,
}
