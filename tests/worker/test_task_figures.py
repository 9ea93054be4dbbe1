"""What is told of a task; and that children hand what they count to their parent."""

import os
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import structlog

from khata.watch import figures
from khata.worker import task_figures
from tests.log_lines import Logged

TENANT = UUID("01981234-0000-7000-8000-000000000001")


def task(name: str = "khata.answer_bell", queue: str = "payments") -> Any:
    request = SimpleNamespace(delivery_info={"routing_key": queue}, headers=None)
    return SimpleNamespace(name=name, request=request)


def value(name: str, **labels: str) -> float:
    return figures.REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_task_is_timed_by_its_queue_and_named_in_its_lines(logged: Logged) -> None:
    before = value("celery_task_runtime_seconds_count", queue="payments")
    task_figures.begun(task_id="t1", task=task(), kwargs={"tenant": str(TENANT)})
    structlog.get_logger().info("inside")
    task_figures.ended(task_id="t1")
    structlog.get_logger().info("outside")
    inside, outside = logged.lines
    assert (inside["task"], inside["queue"]) == ("khata.answer_bell", "payments")
    assert inside["tenant"].startswith("ten_")
    assert not {"task", "tenant", "queue"} & set(outside)
    assert value("celery_task_runtime_seconds_count", queue="payments") == before + 1


def test_an_end_without_a_beginning_is_nothing() -> None:
    task_figures.ended(task_id="never begun")


def test_a_task_that_begins_again_after_it_was_broken_off_leaves_nothing(logged: Logged) -> None:
    task_figures.begun(task_id="t2", task=task(), kwargs={})
    task_figures.begun(task_id="t2", task=task(), kwargs={})
    task_figures.ended(task_id="t2")
    structlog.get_logger().info("outside")
    assert "task" not in logged.lines[0]


def test_children_tell_their_parent_what_they_count(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setattr(task_figures, "_pipe", write)
    children = [fork_and_count() for _ in range(3)]
    exits = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert exits == [0, 0, 0]
    os.close(write)
    figures.listen(read)  # to the end, as all who could write have ended
    assert value("payment_attempts_total", gateway="told", outcome="succeeded") == 300
    assert value("gateway_request_duration_seconds_count", gateway="told") == 3
    assert value("gateway_request_duration_seconds_sum", gateway="told") == pytest.approx(0.5 * 3)


def fork_and_count() -> int:
    child = os.fork()
    if child == 0:  # nothing of the test may go on here
        try:
            task_figures.in_child()
            for _ in range(100):
                figures.payment_attempts.happened("told", "succeeded")
            figures.gateway_requests.took(0.5, "told")
            kept = value("payment_attempts_total", gateway="told", outcome="succeeded")
            os._exit(0 if kept == 0 else 1)
        finally:
            os._exit(2)
    return child


def test_a_parent_that_is_gone_holds_no_child_up(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setattr(figures, "_parent", write)
    figures.payment_attempts.happened("lost", "succeeded")
    os.close(write)
    figures.payment_attempts.happened("lost", "succeeded")


def test_a_parent_that_does_not_listen_holds_no_child_up(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    monkeypatch.setattr(figures, "_parent", write)
    for _ in range(10_000):  # far more than a pipe holds
        figures.payment_attempts.happened("lost", "succeeded")
    os.close(read)
    os.close(write)
