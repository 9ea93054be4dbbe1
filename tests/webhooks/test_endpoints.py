"""Endpoints over time: rest, giving up, and secrets that nobody can read out of the table."""

from datetime import timedelta
from uuid import UUID

import pytest

from khata.adapters.vault import AesVault
from khata.core.events import WebhookEndpointDisabled
from khata.core.webhooks import SPAN, Disabled, EndpointStatus
from khata.ports.vault import Place, SealBroken
from khata.usecases.webhooks.disable_webhook_endpoint import (
    DisableWebhookEndpoint,
    disable_webhook_endpoint,
)
from khata.usecases.webhooks.rotate_webhook_secret import (
    RotateWebhookSecret,
    rotate_webhook_secret,
)
from tests.db.crowd import at_once
from tests.webhooks.post import BROKEN, GONE, GOOD, SILENT
from tests.webhooks.teller import LATER, NOW, Teller

HOUR = timedelta(hours=1)


def fails_until_disabled(shop: Teller, endpoint: UUID) -> int:
    """Let every try fail, each when it is due; return how many there were."""
    at = NOW
    while shop.stands(endpoint).status is EndpointStatus.ENABLED:
        shop.post.next = [BROKEN] * 50
        shop.sends(endpoint, at=at)
        rows = shop.rows("select min(next_try_at) from webhook_deliveries")
        at = rows[0][0] or at
    shop.post.next = []
    return len(shop.post.sent)


def test_an_endpoint_with_which_everything_fails_for_the_whole_schedule_is_given_up(
    shop: Teller,
) -> None:
    endpoint = shop.endpoint("invoice.*")
    watcher = shop.endpoint("webhook_endpoint.*")
    shop.happens(1, 1)
    assert fails_until_disabled(shop, endpoint) == 10
    stands = shop.stands(endpoint)
    assert stands.disabled_because is Disabled.FAILING
    assert stands.disabled_at is not None
    assert stands.disabled_at - NOW >= SPAN
    assert shop.statuses() == ["failed", "discarded"]
    shop.reacts(at=LATER)
    [(recipient, kind)] = shop.rows("select recipient, kind from mails")
    assert (recipient, kind) == (f"{shop.tenant.hex}@chai.example", "webhook_disabled")
    [sent] = shop.sends_all(watcher, at=NOW)
    assert sent.startswith("evt_")


def test_a_success_begins_the_count_anew(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1)
    shop.post.next = [BROKEN]
    shop.sends(endpoint)
    assert shop.stands(endpoint).health.failing_since == NOW + BROKEN.took
    shop.happens(2)
    shop.sends(endpoint)
    assert shop.stands(endpoint).health.failing_since is None


def test_gone_disables_at_once_and_discards_what_waits(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1, 1, 2, 3)
    shop.post.next = [GOOD, GONE]
    shop.sends(endpoint)
    assert shop.stands(endpoint).disabled_because is Disabled.GONE
    assert len(shop.post.sent) == 2
    assert shop.is_due(NOW + SPAN) == []
    assert sorted(shop.statuses()) == ["discarded", "discarded", "failed", "succeeded"]
    assert shop.happens(4)
    assert len(shop.statuses()) == 4  # it gets no more news


def test_it_is_told_in_the_tenants_own_time(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.freeze(LATER)
    shop.happens(1)
    shop.post.next = [GONE]
    shop.sends(endpoint, at=NOW)
    [(at,)] = shop.rows(
        "select at from events where type = %(type)s", type=WebhookEndpointDisabled.type
    )
    assert at == LATER  # the machine's time would be due only when the clock comes there


def test_a_person_who_disables_it_needs_no_mail(shop: Teller) -> None:
    endpoint = shop.endpoint()
    command = DisableWebhookEndpoint(shop.tenant, endpoint, NOW, LATER)
    for _ in range(2):
        disable_webhook_endpoint(command, db=shop.db)
    shop.reacts(at=LATER)
    assert shop.rows("select kind from mails") == []
    assert len(shop.rows("select from events where type = 'webhook_endpoint.disabled'")) == 1


def test_disabling_and_sending_at_once_end_well(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(*range(30))
    command = DisableWebhookEndpoint(shop.tenant, endpoint, NOW, LATER)

    def disable() -> int:
        disable_webhook_endpoint(command, db=shop.db)
        return 0

    at_once([disable, *[lambda: shop.sends(endpoint, limit=5)] * 5])
    assert shop.is_due(NOW + SPAN) == []
    assert set(shop.statuses()) <= {"succeeded", "discarded"}


def test_news_that_is_in_the_air_while_it_is_disabled_is_in_the_log(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1)
    send = shop.post.send
    command = DisableWebhookEndpoint(shop.tenant, endpoint, NOW, LATER)

    def meanwhile(message: object) -> object:
        disable_webhook_endpoint(command, db=shop.db)
        return send(message)  # type: ignore[arg-type]

    shop.post.send = meanwhile  # type: ignore[method-assign, assignment]
    assert shop.sends(endpoint) == 1
    assert shop.statuses() == ["discarded"]
    assert shop.rows("select status_code from webhook_tries") == [(200,)]


def test_an_endpoint_that_is_silent_is_asked_less_and_less_often(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(*range(20))
    at, rests = NOW, []
    for _ in range(8):
        shop.post.next = [SILENT]
        assert shop.sends(endpoint, at=at) == 1
        slow_until = shop.stands(endpoint).health.slow_until
        assert slow_until is not None
        rests.append(int((slow_until - at - SILENT.took).total_seconds()))
        at = slow_until
    assert rests == [5, 10, 20, 40, 80, 160, 300, 300]
    assert shop.sends(endpoint, at=at) > 1  # it is back, and all goes out


def test_no_secret_can_be_read_in_the_table(shop: Teller) -> None:
    endpoint = shop.endpoint()
    command = RotateWebhookSecret(shop.tenant, endpoint, NOW, HOUR)
    new = rotate_webhook_secret(command, tools=shop.tools)
    [(current, previous)] = shop.rows("select secret, previous_secret from webhook_endpoints")
    for sealed in (bytes(current), bytes(previous)):
        assert sealed[:1] == b"\x01"
        for secret in (shop.secret, new):
            assert secret.encode() not in sealed
            assert secret.removeprefix("whsec_").encode() not in sealed


def test_the_old_secret_signs_until_its_time_is_over(shop: Teller) -> None:
    endpoint = shop.endpoint()
    rotate_webhook_secret(RotateWebhookSecret(shop.tenant, endpoint, NOW, HOUR), tools=shop.tools)
    shop.happens(1)
    shop.sends(endpoint, at=NOW)
    shop.happens(2)
    shop.sends(endpoint, at=NOW + HOUR)
    signatures = [message.headers["webhook-signature"].split() for message in shop.post.sent]
    assert [len(each) for each in signatures] == [2, 1]


def test_a_secret_that_no_longer_opens_is_replaced_by_a_rotation(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.rows("update webhook_endpoints set secret = 'sealed with another key' returning 1")
    shop.happens(1)
    with pytest.raises(SealBroken):
        shop.sends(endpoint)
    rotate_webhook_secret(RotateWebhookSecret(shop.tenant, endpoint, NOW, HOUR), tools=shop.tools)
    assert shop.sends(endpoint) == 1
    assert len(shop.post.sent[0].headers["webhook-signature"].split()) == 1


def test_a_secret_opens_in_its_own_place_only() -> None:
    vault, row = AesVault(b"k" * 32), UUID(int=1)
    place = Place("webhook_endpoints", "secret", row)
    sealed = vault.seal("whsec_x", place)
    assert vault.open(sealed, place) == "whsec_x"
    assert vault.seal("whsec_x", place) != sealed
    for elsewhere in (
        Place("webhook_endpoints", "secret", UUID(int=2)),
        Place("webhook_endpoints", "previous_secret", row),
        Place("gateway_accounts", "secret", row),
    ):
        with pytest.raises(SealBroken):
            vault.open(sealed, elsewhere)
    for broken in (b"", sealed[:-1], sealed[:20] + b"\x00" + sealed[21:], b"\x02" + sealed[1:]):
        with pytest.raises(SealBroken):
            vault.open(broken, place)
    with pytest.raises(SealBroken, match="KHATA_SECRET_KEY"):
        AesVault(b"l" * 32).open(sealed, place)
