"""The pages of TDS: by quarter and standing, and the certificate that is entered.

Of 1,000.00 + 18 % GST 10 % of the value without GST is withheld: 100.00.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from khata.core.ids import new_id, public_id
from khata.core.tds import TdsReceivable, TdsStatus, quarter_of
from khata.db.stores.tds import TdsReceivables
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import weight, whole
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import form_of
from tests.dashboard.world import PASSWORD, World

HOME = "/dashboard/tds"


@dataclass(frozen=True)
class Withheld:
    trade: Trade
    id: UUID

    @property
    def page(self) -> str:
        return f"{HOME}/{public_id('tds', self.id)}"

    def certifies(self, **typed: str) -> tuple[int, str]:
        form = form_of(self.trade.owner.get(self.page).text)
        answer = self.trade.owner.post(f"{self.page}/certificate", form=form, **typed)
        return answer.status_code, told(answer.text)


@pytest.fixture
def withheld(world: World, trade: Trade) -> Withheld:
    ids = [new_id(world.now), new_id(world.now)]
    with world.engine.db.transaction(trade.shop.test) as uow:
        for id, on in zip(ids, (date(2025, 12, 31), date(2026, 1, 20)), strict=True):
            row = TdsReceivable(
                id, trade.paid.id, trade.asha, None, 10_000, "INR", "194J", "10", on,
                quarter_of(on), TdsStatus.AWAITED, created_at=world.now,
            )  # fmt: skip
            TdsReceivables(uow.connection).add(row)
    return Withheld(trade, ids[0])


def test_it_is_listed_by_quarter_and_standing(withheld: Withheld) -> None:
    owner = withheld.trade.owner
    page = owner.get(HOME).text
    whole(page)
    assert weight(owner, page) < 100_000
    text = told(page)
    # October to December: due on 15 February; January to March: on 15 June.
    assert "2025-26 Q4 15 Jun 2026 ₹100.00 ₹0.00 ₹100.00" in text
    assert "2025-26 Q3 15 Feb 2026 ₹100.00 ₹0.00 ₹100.00" in text
    quarter = owner.get(f"{HOME}?q=2025-26%20Q3").text
    assert quarter.count('data-label="Withheld on"') == 1
    assert owner.get(f"{HOME}?status=awaited").text.count('data-label="Withheld on"') == 2
    assert 'data-label="Withheld on"' not in owner.get(f"{HOME}?status=certified").text


def test_a_certificate_for_less_and_then_the_corrected_one(withheld: Withheld) -> None:
    assert withheld.certifies(number="AB12CD", date="2026-01-30", amount="60.00")[0] == 303
    owner = withheld.trade.owner
    page = owner.get(withheld.page).text
    whole(page)
    text = told(page)
    assert "Still awaited ₹40.00" in text
    assert "A corrected certificate" in text
    assert withheld.certifies(number="AB12CE", date="2026-01-31")[0] == 303
    page = owner.get(withheld.page).text
    assert "AB12CE" in page
    assert "/certificate" not in page
    assert "2025-26 Q3 15 Feb 2026 ₹100.00 ₹100.00 ₹0.00" in told(owner.get(HOME).text)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "", "date": "2026-01-30"}, "Type the number"),
        ({"number": "A", "date": ""}, "Type the day"),
        ({"number": "A", "date": "2026-02-30"}, "not a day"),
        ({"number": "A", "date": "2026-03-01"}, "still to come"),
        ({"number": "A", "date": "2026-01-30", "amount": "100.01"}, "100.00 INR was withheld"),
        ({"number": "A", "date": "2026-01-30", "amount": "x"}, "not an amount"),
    ],
)
def test_what_is_no_certificate_is_refused(
    withheld: Withheld, typed: dict[str, str], words: str
) -> None:
    code, text = withheld.certifies(**typed)
    assert (code, words in text) == (400, True), text
    assert "Still awaited ₹100.00" in told(withheld.trade.owner.get(withheld.page).text)


def test_nobody_else_sees_or_certifies_it(withheld: Withheld, world: World) -> None:
    sent = {"number": "A", "date": "2026-01-30"}
    forged = withheld.trade.owner.post(f"{withheld.page}/certificate", form="forged", **sent)
    assert forged.status_code == 403
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    form = form_of(stranger.get(HOME).text)
    assert stranger.get(withheld.page).status_code == 404
    assert stranger.post(f"{withheld.page}/certificate", form=form, **sent).status_code == 404
    assert "2025-26" not in stranger.get(HOME).text
