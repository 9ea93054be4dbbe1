"""The trial of webhooks, in short: `make trials` runs it at length."""

import time

from trials.machines import running
from trials.webhooks import Plan, rows_of, stage, try_webhooks, wrongs


def test_every_event_arrives_in_order_though_relays_are_killed() -> None:
    plan = Plan(events=400, shops=4, relays=2, seconds=6, kill_every=2, patience=300)
    outcome = try_webhooks(plan)
    assert outcome.is_right, rows_of(outcome)
    assert outcome.arrived == 400
    assert outcome.kills >= 2
    assert outcome.requests > 400  # what failed at first came again


def test_a_relay_that_is_told_to_stop_ends_well() -> None:
    with stage() as on:
        relay = on.relay()
        with running([relay]):
            for _ in range(1200):
                if "at work" in (on.folder / "relay.log").read_text():
                    break
                time.sleep(0.1)
            assert relay.stop() == 0
        assert "Traceback" not in (on.folder / "relay.log").read_text()


def test_what_is_wrong_is_seen() -> None:
    told = {"a": ["1", "2", "3"], "b": ["4"]}
    assert (
        list(wrongs(told, {"a": [("1", 1), ("2", 2), ("1", 1), ("3", 3)], "b": [("4", 1)]})) == []
    )
    assert list(wrongs(told, {"a": [("1", 1), ("3", 3)]})) == ["2 events never arrived"]
    assert list(wrongs(told, {"a": [("2", 2), ("1", 1), ("3", 3)], "b": [("4", 1)]})) == [
        "1 subjects out of order"
    ]
