"""What people do to a subscription on its page: they look at what it comes to, and confirm."""

import re

import pytest

from khata.core.ids import public_id
from tests.dashboard.funds import dearer
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import form_of
from tests.dashboard.world import World


class Page:
    """The page of Asha's subscription: 1,000.00 for 31 January to 27 February, today the 2nd."""

    def __init__(self, trade: Trade) -> None:
        self.owner = trade.owner
        self.home = f"/dashboard/subscriptions/{public_id('sub', trade.subscription)}"

    @property
    def text(self) -> str:
        return told(self.owner.get(self.home).text)

    @property
    def acts(self) -> list[str]:
        return re.findall(rf'href="{self.home}/(\w+)"', self.owner.get(self.home).text)

    def looks(self, verb: str, **fields: str) -> str:
        chosen = "&".join(f"{name}={value}" for name, value in fields.items())
        page = self.owner.get(f"{self.home}/{verb}?look=yes&{chosen}").text
        whole(page)
        return page

    def does(self, verb: str, **fields: str) -> int:
        """Press the button below what was looked at."""
        page = self.looks(verb, **fields)
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen, told(page)
        sent = {"form": form_of(page), "seen": seen[1]} | fields
        return self.owner.post(f"{self.home}/{verb}", **sent).status_code

    def item(self) -> str:
        found = re.search(r'name="item" value="(\w+)"', self.owner.get(f"{self.home}/change").text)
        assert found
        return found[1]


@pytest.fixture
def page(trade: Trade) -> Page:
    return Page(trade)


def test_an_upgrade_is_looked_at_with_its_reasons_and_then_made(
    page: Page, trade: Trade, world: World
) -> None:
    wanted = {"item": page.item(), "plan": public_id("plan", dearer(world, trade).id)}
    text = told(page.looks("change", **wanted))
    # 26 of 28 days: 928.57 back with twice 83.57, 2,600.00 charged with twice 234.00
    assert "It holds from 2 Feb 2026" in text
    assert "26 of 28 days of ₹1,000.00 = ₹928.57" in text
    assert "Credited -₹1,095.71 Charged ₹3,068.00 To pay ₹1,972.29" in text
    assert "Enterprise" not in page.text  # nothing is stored
    assert page.does("change", **wanted) == 303
    assert "from Premium to Enterprise" in page.text
    assert "by dashboard" not in page.text  # where it is told what became what
    assert "CN/25-26/00001" in page.text


def test_a_downgrade_waits_and_can_be_taken_back(page: Page, trade: Trade, world: World) -> None:
    dear = public_id("plan", dearer(world, trade).id)
    wanted = {"item": page.item(), "plan": dear, "when": "period_end"}
    assert page.does("change", **wanted) == 303
    html = page.owner.get(page.home).text
    assert "Changes to Enterprise on 28 Feb 2026" in told(html)
    change = re.search(r'name="name" value="(chg_\w+)"', html)
    assert change
    path = "/dashboard/subscription-changes/cancel"
    taken = page.owner.post(path, form=form_of(html), name=change[1])
    assert taken.headers["location"] == page.home
    assert "Changes to Enterprise" not in page.text
    assert page.owner.post(path, form=form_of(html), name=change[1]).status_code == 409


def test_nothing_that_changes_is_said_so(page: Page) -> None:
    html = page.owner.get(f"{page.home}/change").text
    chosen = re.search(r'<option value="(plan_\w+)" selected', html)
    assert chosen
    html = page.looks("change", item=page.item(), plan=chosen[1])
    assert "has these plans in these quantities already" in html
    assert 'name="seen"' not in html


def test_a_pause_and_its_end(page: Page, world: World) -> None:
    assert page.acts == ["change", "pause", "cancel"]
    text = told(page.looks("pause", when="now", credit="prorated"))
    # the 2nd is the last day of service: 25 of 28 days are 892.86, with twice 80.36
    assert "Left as credit ₹1,053.58" in text
    assert page.does("pause", when="now", credit="prorated") == 303
    assert "Paused from 3 Feb 2026 until it is resumed" in page.text
    assert page.acts == ["change", "resume", "cancel"]
    text = told(page.owner.get(f"{page.home}/resume").text)
    assert page.does("resume") == 303
    assert "Active" in page.text


def test_an_end_at_the_periods_end_is_taken_back(page: Page) -> None:
    text = told(page.looks("cancel", when="period_end"))
    assert "It ends on 28 Feb 2026 . Nothing is credited and nothing is charged." in text
    assert page.does("cancel", when="period_end") == 303
    assert "Ends 28 Feb 2026" in page.text
    assert page.acts == ["change", "pause", "uncancel"]
    assert page.does("uncancel") == 303
    assert page.acts == ["change", "pause", "cancel"]


def test_an_end_now_credits_what_is_left(page: Page) -> None:
    fields = {"when": "now", "credit": "prorated", "reason": "Moved"}
    assert "Left as credit ₹1,053.58" in told(page.looks("cancel", **fields))
    assert page.does("cancel", **fields) == 303
    assert "Canceled" in page.text
    assert page.acts == []
    refused = page.owner.get(f"{page.home}/cancel?look=yes&when=now")
    assert (refused.status_code, "This subscription ended on" in refused.text) == (409, True)


def test_what_has_changed_since_it_was_looked_at_is_not_done(page: Page) -> None:
    html = page.looks("cancel", when="now", credit="prorated")
    answer = page.owner.post(
        f"{page.home}/cancel", form=form_of(html), seen="0" * 16, when="now", credit="prorated"
    )
    assert answer.status_code == 400
    assert "has changed since you looked" in answer.text
    assert page.acts == ["change", "pause", "cancel"]


@pytest.mark.parametrize(
    ("verb", "fields", "sentence"),
    [
        ("pause", {"until": "2026-01-01"}, "ends after that day"),
        ("pause", {"until": "soon"}, "That is not a day"),
        ("change", {"plan": "plan_x", "item": "si_x"}, "No such subscription item"),
        ("change", {}, "Choose what it shall be"),
        ("resume", {}, "no pause"),
        ("uncancel", {}, "no cancellation"),
    ],
)
def test_what_cannot_be_gets_a_sentence(
    page: Page, verb: str, fields: dict[str, str], sentence: str
) -> None:
    chosen = "&".join(f"{name}={value}" for name, value in fields.items())
    answer = page.owner.get(f"{page.home}/{verb}?look=yes&{chosen}")
    assert answer.status_code in (400, 404, 409)
    assert sentence in answer.text
    whole(answer.text)


def test_an_act_that_is_none_is_not_found(page: Page) -> None:
    assert page.owner.get(f"{page.home}/explode").status_code == 404
