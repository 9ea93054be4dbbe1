"""Another way is tried at once only where it is certain that nothing was taken."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from khata.core.gateway_account import AccountStatus
from khata.core.payment import AttemptStatus
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from tests.db.accounts import Accounts, Fated
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber, noon

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def gateways(urls: Urls) -> Iterator[list[Fated]]:
    made = [Fated(urls.app) for _ in range(6)]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def shop(db: Database, gateways: list[Fated]) -> Shop:
    shop = Shop(db, gateways[0])
    shop.decides(fallback_methods="same_customer")
    return shop


@pytest.fixture
def accounts(shop: Shop) -> Accounts:
    return Accounts(shop)


def of_two(accounts: Accounts, gateways: list[Fated], fate: str) -> Subscriber:
    """A payer with two methods, of which the first meets its fate."""
    gateways[0].fate = fate
    first, second = (accounts.opens(one, f"Paper {n}") for n, one in enumerate(gateways[:2]))
    return accounts.subscriber(first, second)


def chain(asha: Subscriber) -> list[tuple[str, str | None, UUID | None]]:
    return [(one.status.value, one.decline_code, one.fallback_of) for one in asha.attempts]


CERTAIN = [
    ("not_reached", "gateway_not_reached"),
    ("refused", "credentials_refused"),
    ("config", "merchant_not_activated"),
    ("down", "bank_not_available"),
]
NEVER = ["lost", "lost_taken", "pending", "down_late", "soft", "hard", "mandate", "customer_action"]


@pytest.mark.parametrize(("fate", "code"), CERTAIN)
def test_what_certainly_took_nothing_is_paid_by_the_next_way_at_once(
    shop: Shop, accounts: Accounts, gateways: list[Fated], fate: str, code: str
) -> None:
    asha = of_two(accounts, gateways, fate)
    shop.works(NOON)
    first, second = asha.attempts
    assert chain(asha) == [("failed", code, None), ("succeeded", None, first.id)]
    assert second.id != first.id
    assert second.payment_method_id != first.payment_method_id
    assert (gateways[0].calls, gateways[1].calls) == (1, 1)
    assert asha.captures(NOON) == 1
    assert (asha.invoice.status, asha.payment.decline_count) == ("paid", 0)
    assert shop.told("payment.failed") == []
    assert (shop.balance("receivable"), shop.balance("gateway_clearing")) == (0, TOTAL - FEE)
    assert shop.count("fallbacks") == 0


@pytest.mark.parametrize("fate", NEVER)
def test_what_is_not_certain_or_is_a_banks_no_falls_back_on_nothing(
    shop: Shop, accounts: Accounts, gateways: list[Fated], fate: str
) -> None:
    asha = of_two(accounts, gateways, fate)
    shop.works(NOON)
    shop.works(NOON + HOUR)
    assert len(asha.attempts) == 1
    assert gateways[1].calls == 0


def test_unless_the_policy_allows_it_nothing_falls_back(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    shop.decides(fallback_methods="off")
    asha = of_two(accounts, gateways, "down")
    shop.works(NOON)
    assert (len(asha.attempts), gateways[1].calls) == (1, 0)


def test_an_answer_that_was_ever_lost_forbids_it_for_good(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    """Lost, then known to have taken nothing: the next try fails by our set-up, and waits."""
    asha = of_two(accounts, gateways, "lost")
    shop.works(NOON)
    assert asha.attempts[0].status is AttemptStatus.UNKNOWN
    gateways[0].fate = "down"
    shop.wait_until(NOON + 4 * DAY)
    assert chain(asha)[0][0] == "failed"
    assert gateways[1].calls == 0


def test_after_its_window_a_late_rail_may_fall_back(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    asha = of_two(accounts, gateways, "down_late")
    shop.wait_until(NOON + 2 * DAY)
    assert gateways[1].calls == 0
    gateways[0].fate = "down"
    shop.wait_until(NOON + 8 * DAY)
    assert asha.captures(NOON + 8 * DAY) == 1
    assert asha.attempts[-1].created_at > NOON + 3 * DAY


def test_a_go_ends_after_three_further_ways_and_the_next_day_begins_anew(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    for one in gateways:
        one.fate = "down"
    ids = [accounts.opens(one, f"Paper {n}") for n, one in enumerate(gateways)]
    asha = accounts.subscriber(*ids)
    shop.works(NOON)
    assert [one.calls for one in gateways] == [1, 1, 1, 1, 0, 0]
    made = asha.attempts
    assert [one.fallback_of for one in made] == [None, *(one.id for one in made[:3])]
    assert asha.payment.next_attempt_at == NOON + DAY
    gateways[0].fate = "ok"
    shop.works(NOON + DAY)
    assert (asha.captures(NOON + DAY), asha.attempts[-1].fallback_of) == (1, None)


def test_a_decline_by_the_next_way_is_a_decline(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    gateways[1].fate = "soft"
    asha = of_two(accounts, gateways, "config")
    shop.works(NOON)
    assert [code for _, code, _ in chain(asha)] == ["merchant_not_activated", "declined"]
    assert (asha.payment.decline_count, len(shop.told("payment.failed"))) == (1, 1)
    assert asha.payment.next_attempt_at == NOON + DAY


def test_a_disabled_account_and_one_that_ails_are_passed_by(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    asha = of_two(accounts, gateways, "ok")
    [first, second] = accounts.gateways
    accounts.is_set(first, AccountStatus.DISABLED, NOON)
    shop.works(NOON)
    [made] = asha.attempts
    assert (made.gateway_account_id, made.fallback_of) == (second, None)
    assert asha.captures(NOON) == 1

    accounts.is_set(first, AccountStatus.ACTIVE, NOON)
    gateways[0].fate = "refused"
    accounts.subscriber(first)
    ravi = accounts.subscriber(first, second)
    shop.works(NOON)
    assert gateways[0].calls == 1  # ravi's was written down with it, and was not sent
    assert [one.gateway_account_id for one in ravi.attempts] == [first, second]
    assert ravi.captures(NOON) == 1
    lata = accounts.subscriber(first, second)
    shop.works(NOON)
    assert [one.gateway_account_id for one in lata.attempts] == [second]


def test_a_go_that_was_cut_off_is_gone_on_with(
    shop: Shop, accounts: Accounts, gateways: list[Fated], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the failure and the next way: the row says what comes."""
    asha = of_two(accounts, gateways, "config")

    class PowerCut(BaseException):
        pass

    def dies(*given: object, **named: object) -> None:
        raise PowerCut

    monkeypatch.setattr(gateways[1], "charge", dies)
    with pytest.raises(PowerCut):
        shop.works(NOON)
    monkeypatch.undo()
    assert [one.status.value for one in asha.attempts] == ["failed", "sending"]
    shop.wait_until(noon(3, 20))
    assert asha.captures(noon(3, 20)) == 1
    assert len(asha.attempts) == 2
