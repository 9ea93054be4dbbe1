"""An owner hears once that nothing is collected, and that it is well again by the stream."""

from tests.scenarios.gateway_accounts import account_ails
from tests.scenarios.world import World


def test_the_owner_is_mailed_once_when_an_account_lets_nobody_in(world: World) -> None:
    shop = world.shop("Chai Point")
    world.today_is("2025-01-10")
    account_ails(shop)
    world.wait_until("2025-01-12")
    mails = shop.rows(
        "select m.recipient = t.email, m.subject, m.text from mails m cross join tenants t"
        " where m.kind = 'gateway_account_ailing'"
    )
    [(to_owner, subject, text)] = mails
    assert to_owner
    assert subject == "Your Razorpay account collects nothing"
    assert "does not let the credentials of this account in any more" in " ".join(text.split())
    assert "/dashboard/gateways/ga_" in text
    assert [row[0] for row in shop.rows("select type from events order by at, id")][-2:] == [
        "gateway_account.ailing",
        "gateway_account.well",
    ]
