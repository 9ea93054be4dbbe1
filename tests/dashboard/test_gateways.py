"""The pages of gateways: accounts, their secrets, routes, what they told, and days compared."""

import pytest

from khata.core.gateway_account import AccountStatus
from khata.core.gateway_health import Trouble
from khata.core.ids import public_id
from khata.dashboard.masking import shown_body
from khata.usecases.upkeep.forget_event_bodies import ForgetEventBodies, forget_event_bodies
from tests.dashboard.gateways import DAYS, EVENTS, HOME, KEY, MISCHIEF, Gateways
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import weight, whole
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, Shop, World


@pytest.fixture
def gateways(world: World, shop: Shop) -> Gateways:
    return Gateways(world, shop)


def press(visitor: Visitor, page: str, action: str, name: str) -> str:
    """Press a button of a page; return where it leads."""
    html = visitor.get(page).text
    assert f'action="{action}"' in html
    answer = visitor.post(action, form=form_of(html), name=name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_every_page_is_whole_and_light_and_tells_no_secret(
    signed_in: Visitor, gateways: Gateways
) -> None:
    for path in gateways.paths:
        answer = signed_in.get(path)
        assert answer.status_code == 200, path
        whole(answer.text)
        assert weight(signed_in, answer.text) < 100_000
        for hidden in (MISCHIEF, KEY, "whsec_hidden", "tok_saved", "asha@traders.example"):
            assert hidden not in answer.text, path


def test_the_accounts_and_the_routes_are_told_in_words(
    signed_in: Visitor, gateways: Gateways
) -> None:
    page = told(signed_in.get(HOME).text)
    assert "below ₹15,000.00" in page
    assert "from ₹15,000.00" in page
    assert "What they told: 1 dead" in page
    assert "Days compared: 1 wait" in page
    gateways.ails()
    assert "Ailing" in told(signed_in.get(HOME).text)
    one = told(signed_in.get(f"{HOME}/{gateways.name}").text)
    assert "Its credentials are not let in any more" in one
    assert f"/webhooks/paper/{gateways.name}" in one


def test_an_account_is_added_tried_and_never_shown(signed_in: Visitor, shop: Shop) -> None:
    path = f"{HOME}/new?gateway=paper"
    form = form_of(signed_in.get(path).text)
    wrong = {"credential-api_key": "sk_wrong", "name": "Paper"}
    refused = signed_in.post(HOME, form=form, gateway="paper", **wrong)
    assert refused.status_code == 400
    assert "Paper does not know this key" in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert "sk_wrong" not in refused.text  # a secret that was typed is not sent back either
    assert 'value="Paper"' in refused.text
    right = wrong | {"credential-api_key": KEY}
    made = signed_in.post(HOME, form=form, gateway="paper", **right)
    assert made.status_code == 303
    page = signed_in.get(made.headers["location"]).text
    assert KEY not in page
    assert "not believed" in page  # no webhook secret was entered
    again = signed_in.post(HOME, form=form, gateway="paper", **right)
    assert again.status_code == 409


def test_secrets_are_replaced_and_what_is_empty_stays(
    signed_in: Visitor, gateways: Gateways
) -> None:
    gateways.ails()
    page = f"{HOME}/{gateways.name}/rotate"
    form = form_of(signed_in.get(page).text)
    other = signed_in.post(
        f"{HOME}/rotate", form=form, account=gateways.name, **{"credential-api_key": "test_other-1"}
    )
    assert other.status_code == 400
    assert "add the other one as an account of its own" in other.text
    before = gateways.found()
    done = signed_in.post(
        f"{HOME}/rotate", form=form, account=gateways.name, **{"credential-api_key": "test_acct1-2"}
    )
    assert done.status_code == 303
    after = gateways.found()
    assert (after.version, after.webhook_secrets) == (before.version + 1, before.webhook_secrets)
    assert after.health.is_well


def test_it_is_disabled_enabled_and_tried_by_buttons(
    signed_in: Visitor, gateways: Gateways
) -> None:
    page = f"{HOME}/{gateways.name}"
    assert press(signed_in, page, f"{HOME}/disable", gateways.name) == page
    assert gateways.found().status is AccountStatus.DISABLED
    assert "It takes no new charge" in signed_in.get(page).text
    assert press(signed_in, page, f"{HOME}/enable", gateways.name) == page
    assert gateways.found().status is AccountStatus.ACTIVE
    gateways.ails(Trouble.REFUSED)
    assert press(signed_in, page, f"{HOME}/check", gateways.name) == page
    assert gateways.found().health.is_well


def test_the_events_are_filtered_found_and_replayed(signed_in: Visitor, gateways: Gateways) -> None:
    assert "payment.captured" in signed_in.get(f"{EVENTS}?status=dead").text
    assert "payment.captured" not in signed_in.get(f"{EVENTS}?status=waiting").text
    assert "payment.captured" in signed_in.get(f"{EVENTS}?q=pay_N8x2").text
    assert "payment.captured" not in signed_in.get(f"{EVENTS}?q=pay_other").text
    name = public_id("ge", gateways.event)
    page = f"{EVENTS}/{name}"
    assert "The gateway did not answer" in signed_in.get(page).text
    assert "pay_N8x2" in signed_in.get(page).text
    assert press(signed_in, page, f"{EVENTS}/replay", name) == page
    assert "payment.captured" in signed_in.get(f"{EVENTS}?status=waiting").text


def test_a_body_that_was_dropped_is_told_by_its_hash(
    signed_in: Visitor, gateways: Gateways, world: World
) -> None:
    with gateways.db.transaction(gateways.tenant) as uow:
        uow.connection.execute(
            "update gateway_events set status = 'applied',"
            " received_at = received_at - interval '91 days'"
        )
    forget_event_bodies(ForgetEventBodies(gateways.tenant, world.now), db=gateways.db)
    page = signed_in.get(f"{EVENTS}/{public_id('ge', gateways.event)}").text
    assert "was dropped after its time" in page


def test_a_day_that_differs_is_told_and_compared_anew(
    signed_in: Visitor, gateways: Gateways
) -> None:
    page = f"{DAYS}/{public_id('rec', gateways.day)}"
    words = told(signed_in.get(page).text)
    assert "Money without attempt" in words
    assert "₹500.00" in words
    assert "not yet: it waits among parked work" in words
    assert "29 Jan 2026" in signed_in.get(f"{DAYS}?status=differs").text
    form = form_of(signed_in.get(page).text)
    sent = {"form": form, "account": gateways.name, "day": "2026-01-29"}
    assert signed_in.post(DAYS, **sent).status_code == 303
    assert "29 Jan 2026" in signed_in.get(f"{DAYS}?status=due").text
    for day, words in (("2026-01-31", "is not over"), ("", "Type the day"), ("x", "not a day")):
        answer = signed_in.post(DAYS, **sent | {"day": day})
        assert (answer.status_code, words in answer.text) == (400, True)


def test_another_shops_gateways_do_not_exist(world: World, gateways: Gateways) -> None:
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    for path in (one for one in gateways.paths if "_" in one):
        assert stranger.get(path).status_code == 404, path
    assert "Paper India" not in stranger.get(HOME).text
    assert "payment.captured" not in stranger.get(EVENTS).text
    form = form_of(stranger.get(HOME).text)
    for verb in ("check", "disable", "enable"):
        answer = stranger.post(f"{HOME}/{verb}", form=form, name=gateways.name)
        assert answer.status_code == 404
    rotated = {"account": gateways.name, "credential-api_key": KEY}
    assert stranger.post(f"{HOME}/rotate", form=form, **rotated).status_code == 404
    event = public_id("ge", gateways.event)
    assert stranger.post(f"{EVENTS}/replay", form=form, name=event).status_code == 404
    day = {"account": gateways.name, "day": "2026-01-29"}
    assert stranger.post(DAYS, form=form, **day).status_code == 404


@pytest.mark.parametrize("path", [HOME, f"{HOME}/rotate", f"{HOME}/disable", DAYS])
def test_nobody_presses_a_button_without_a_form_of_their_own(
    signed_in: Visitor, gateways: Gateways, path: str
) -> None:
    answer = signed_in.post(path, form="forged", name=gateways.name, account=gateways.name)
    assert answer.status_code == 403
    assert gateways.found().status is AccountStatus.ACTIVE


@pytest.mark.parametrize("name", ["", "nobody", "fake", "<script>"])
def test_a_gateway_without_accounts_has_no_form(signed_in: Visitor, name: str) -> None:
    answer = signed_in.get(f"{HOME}/new?gateway={name}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_what_is_nobodys_business_is_hidden_in_a_body() -> None:
    body = b"""{"id": "evt_1", "email": "a@b.example", "card": {"last4": "1111", "name": "A"},
      "token_id": "token_x", "contact": "+919000090000", "notes": ["4111 1111 1111 1111"],
      "amount": 118000, "secret": {"deep": 1}, "method": "upi", "vpa": "asha@upi"}"""
    shown = shown_body(body)
    for told_all in ('"evt_1"', '"last4": "1111"', "118000", '"upi"'):
        assert told_all in shown
    for hidden in ("a@b.example", "token_x", "9000090000", "4111 1111", "asha@upi", "deep"):
        assert hidden not in shown
    assert shown_body(b"not json, password=hunter22") == "not json, password=***"
    assert "ga_" not in shown_body(b"[" * 5000)
