"""Logs: one form for every line, whoever wrote it, with its circumstances and without secrets."""

import io
import json
import logging
import threading
import warnings
from contextvars import copy_context
from uuid import UUID

import pytest
import structlog

from khata.watch.circumstances import circumstances, inside, learned, work_of
from khata.watch.logs import set_up_logs
from tests.log_lines import Logged, log_lines

TENANT = UUID("01981234-0000-7000-8000-000000000001")
CANARY = "canaryCANARY0123456789"


def test_every_line_says_when_how_grave_what_who_and_where(logged: Logged) -> None:
    structlog.get_logger("khata.somewhere").info("it_happened", amount=118_000)
    [line] = logged.lines
    assert list(line)[:5] == ["timestamp", "level", "event", "logger", "process"]
    assert line["timestamp"].endswith("Z")
    assert {name: line[name] for name in line if name != "timestamp"} == {
        "level": "info",
        "event": "it_happened",
        "logger": "khata.somewhere",
        "process": "api",
        "amount": 118_000,
    }


@pytest.mark.parametrize("name", ["celery.worker", "uvicorn.error", "kombu", "alembic.runtime"])
def test_lines_of_libraries_have_the_same_form(name: str, logged: Logged) -> None:
    with inside(request_id="req_1"):
        logging.getLogger(name).warning("%s failed with password=%s", "it", CANARY)
    [line] = logged.lines
    assert (line["level"], line["logger"], line["process"]) == ("warning", name, "api")
    assert (line["event"], line["request_id"]) == ("it failed with password=***", "req_1")


def test_what_libraries_chat_about_is_left_out_unless_asked_for(logged: Logged) -> None:
    logging.getLogger("kombu.mixins").info("Connected to redis")
    logging.getLogger("alembic.runtime.migration").info("Running upgrade")
    assert logged.text == ""
    with log_lines(level="debug") as more:
        logging.getLogger("kombu.mixins").info("Connected to redis")
    assert [line["event"] for line in more.lines] == ["Connected to redis"]


def test_a_library_that_silenced_all_others_is_overruled() -> None:
    logging.getLogger("celery.worker").disabled = True
    with log_lines() as logged:
        logging.getLogger("celery.worker").error("worker lost")
    assert [line["event"] for line in logged.lines] == ["worker lost"]


def test_a_warning_of_python_is_a_line(logged: Logged) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old ways", stacklevel=1)
    [line] = logged.lines
    assert line["logger"] == "py.warnings"


def test_an_exception_is_told_on_one_line_without_what_it_held(logged: Logged) -> None:
    def fail(password: str) -> None:
        raise ConnectionError(f"no answer from amqp://me:{password}@mq//")

    try:
        fail(CANARY)
    except ConnectionError:
        structlog.get_logger().exception("it_broke")
        logging.getLogger("celery").exception("it broke there too")
    assert len(logged.lines) == 2
    for line in logged.lines:
        assert "ConnectionError: no answer from amqp://me:***@mq//" in line["exception"]
        assert "test_logs.py" in line["exception"]
    assert CANARY not in logged.text


def test_lines_for_people_hide_the_same() -> None:
    written = io.StringIO()
    with log_lines():  # puts back what is set up here
        set_up_logs("up", format="text", to=written)
        try:
            raise ConnectionError(f"redis://:{CANARY}@cache")
        except ConnectionError:
            structlog.get_logger().exception("it_broke", token=CANARY)
    assert "it_broke" in written.getvalue()
    assert "redis://:***@cache" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_level_that_is_not_asked_for_is_not_written(logged: Logged) -> None:
    structlog.get_logger().debug("small_talk")
    assert logged.text == ""


def test_circumstances_end_with_their_block(logged: Logged) -> None:
    log = structlog.get_logger()
    with inside(request_id="req_1"):
        with work_of(TENANT, livemode=True):
            log.info("one")
        log.info("two")
    log.info("three")
    one, two, three = logged.lines
    assert (one["request_id"], one["mode"]) == ("req_1", "live")
    assert one["tenant"].startswith("ten_")
    assert "tenant" not in two
    assert "request_id" not in three


def test_what_is_learned_on_another_thread_is_said_by_the_door_too() -> None:
    """An endpoint runs on a thread of its own, in a copy of the door's context."""
    with inside(request_id="req_1"):
        context = copy_context()
        thread = threading.Thread(
            target=lambda: context.run(lambda: learned(TENANT, livemode=False))
        )
        thread.start()
        thread.join()
        assert circumstances()["mode"] == "test"
    assert circumstances() == {}


def test_two_blocks_at_once_do_not_meet() -> None:
    with inside(a=1):
        context = copy_context()
        with inside(b=2):
            learned(TENANT, livemode=True)
        assert "tenant" not in circumstances()
        assert context.run(lambda: dict(circumstances())) == {"a": 1}


def test_what_json_cannot_say_is_said_as_text(logged: Logged) -> None:
    structlog.get_logger().info("odd", of={1, 2}, id=TENANT, big=2**70, text="\ud800")
    [line] = logged.lines
    assert line["id"] == str(TENANT)
    assert json.dumps(line)


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError(CANARY)


def test_a_line_that_cannot_be_written_is_told_without_what_was_in_it(
    logged: Logged, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.get_logger("khata.odd").info("odd", of=Unspeakable(), password=CANARY)
    assert logged.text == ""
    assert capsys.readouterr().err == "a line of khata.odd was lost: RuntimeError\n"
