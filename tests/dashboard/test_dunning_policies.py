"""The pages of dunning policies: made, changed as the next version, and the plans that use one."""

import re
from datetime import date

import pytest

from khata.core.dunning_terms import DunningTerms
from khata.core.ids import parse_id
from khata.core.policies import AfterLastRetry
from khata.dashboard.reading import Fields
from khata.dashboard.terms_form import NotDays, NotHours, read_terms, typed_terms
from khata.usecases.selling.revise_plan import RevisePlan, revise_plan
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import weight, whole
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, World

HOME = "/dashboard/dunning-policies"
TYPED = {
    "name": "Patient",
    "soft": "1, 2, 4, 8",
    "hard": "3 7",
    "mandate": "none",
    "retry_hour": "10",
    "pay_days": "7, 1",
    "grace_days": "5",
    "after_last_retry": "paused",
    "notice_days": "2",
    "last_warning_days": "",
    "from": "9",
    "to": "18",
    "working_days": "1",
    "holidays": "2026-11-09, 2026-11-08",
    "national_holidays": "yes",
}


def made(visitor: Visitor, **other: str) -> str:
    """Make a policy; return where its page is."""
    form = form_of(visitor.get(f"{HOME}/new").text)
    answer = visitor.post(HOME, form=form, **TYPED | other)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_what_is_typed_is_told_in_words(signed_in: Visitor) -> None:
    page = signed_in.get(made(signed_in))
    whole(page.text)
    assert weight(signed_in, page.text) < 100_000
    text = told(page.text)
    for seen in (
        "Version 1",
        "1, 2, 4, 8 days after the failure before",
        "Hard 3, 7 days after",
        "Mandate none",
        "10:00 of the customer's day",
        "waits for day 1, 7 of the month",
        "for 5 days after the due day",
        "Paused until it is paid",
        "2 days before",
        "Warned before the end no",
        "from 9:00 to 18:00, Monday",
        "Holidays 8 Nov 2026, 9 Nov 2026, and national ones of the customer's country",
        "None yet.",
    ):
        assert seen in text, seen
    listed = signed_in.get(HOME).text
    whole(listed)
    assert "Patient" in listed
    assert "Patient" not in signed_in.get(f"{HOME}?q=other").text


def test_a_change_is_the_next_version_and_the_same_terms_are_none(signed_in: Visitor) -> None:
    page = made(signed_in)
    html = signed_in.get(f"{page}/change").text
    whole(html)
    assert 'value="1, 2, 4, 8"' in html
    form = form_of(html)
    same = signed_in.post(f"{page}/change", form=form, **TYPED | {"name": "Gentle"})
    assert same.status_code == 303
    text = told(signed_in.get(page).text)
    assert "Gentle" in text
    assert "Version 1" in text
    signed_in.post(f"{page}/change", form=form, **TYPED | {"soft": "2, 3", "working_days": ""})
    text = told(signed_in.get(page).text)
    assert "Version 2" in text
    assert "2, 3 days after" in text
    assert "to 18:00, every day" in text


def test_the_plans_that_use_it_are_named(trade: Trade, world: World) -> None:
    page = made(trade.owner)
    with world.engine.db.transaction(trade.shop.test) as uow:
        [plan] = uow.connection.execute("select id from plans").fetchone() or [None]
    changes = {"dunning_policy_id": parse_id("dun", page.rpartition("/")[2])}
    revise_plan(RevisePlan(trade.shop.test, plan, changes), db=world.engine.db)  # type: ignore[arg-type]
    assert "Premium Chai" in told(trade.owner.get(page).text)
    assert 'data-label="Plans" class="number">1<' in trade.owner.get(HOME).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"soft": "1, x"}, "Type up to 10 numbers from 1 to 30"),
        ({"soft": "31"}, "numbers from 1 to 30"),
        ({"pay_days": "32"}, "numbers from 1 to 31"),
        ({"retry_hour": "24"}, "from 0 to 23"),
        ({"holidays": "2026-11-08, Diwali"}, "Type up to 100 dates"),
        ({"holidays": "2026-11-08 " * 101}, "Type up to 100 dates"),
        ({"from": "18", "to": "9"}, "the earlier hour first"),
        ({"to": ""}, "the earlier hour first"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_its_field(
    signed_in: Visitor, wrong: dict[str, str], words: str
) -> None:
    form = form_of(signed_in.get(f"{HOME}/new").text)
    answer = signed_in.post(HOME, form=form, **TYPED | wrong)
    assert answer.status_code == 400
    assert words in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert "No policy here" in signed_in.get(HOME).text


def test_a_name_is_given_once(signed_in: Visitor) -> None:
    made(signed_in)
    form = form_of(signed_in.get(f"{HOME}/new").text)
    answer = signed_in.post(HOME, form=form, **TYPED)
    assert (answer.status_code, "There is a dunning policy called Patient" in answer.text) == (
        409,
        True,
    )


def test_nobody_else_sees_or_changes_it(signed_in: Visitor, world: World) -> None:
    page = made(signed_in)
    forged = signed_in.post(f"{page}/change", form="forged", **TYPED)
    assert forged.status_code == 403
    assert signed_in.post(HOME, form="forged", **TYPED).status_code == 403
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    form = form_of(stranger.get(f"{HOME}/new").text)
    assert stranger.get(page).status_code == 404
    assert stranger.get(f"{page}/change").status_code == 404
    assert stranger.post(f"{page}/change", form=form, **TYPED).status_code == 404
    assert "Patient" not in stranger.get(HOME).text


TERMS = [
    DunningTerms(),
    DunningTerms(retry_days=(), gateway_down_days=(), after_last_retry=AfterLastRetry.CANCELED),
    DunningTerms((3,), {"hard": (), "config": (1, 1)}, (1, 2), 0, (1, 31), (0, 24), (1, 7), 0),
    DunningTerms(holidays=(date(2026, 11, 8), date(2026, 11, 9))),
    DunningTerms(national_holidays=True),
]


@pytest.mark.parametrize("terms", TERMS, ids=range(len(TERMS)))
def test_a_form_that_is_sent_as_it_came_changes_nothing(terms: DunningTerms) -> None:
    assert read_terms(typed_terms("Patient", terms)) == terms


def test_days_and_hours_that_are_none() -> None:
    with pytest.raises(NotDays):
        read_terms(Fields({"soft": ["1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"]}))
    with pytest.raises(NotHours):
        read_terms(Fields({"from": ["9"]}))
    assert re.fullmatch("none", typed_terms("", DunningTerms(retry_days=())).text("soft"))
