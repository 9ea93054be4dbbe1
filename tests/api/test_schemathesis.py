"""Generated requests against the published description: no 500, and no answer it does not tell."""

import os
from itertools import count
from typing import Any, cast

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from khata.api.app import create_app
from khata.wiring import Engine
from tests.api.seller import Seller, sign_up

SEARCHES = "KHATA_TEST_SEARCH" in os.environ  # what `make trials` does: other requests, and all
ONE_OF = 1 if SEARCHES else 4  # the requests at the bounds of an operation are up to hundreds
TURNS = count()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


# The description is read before there is an engine; the fixture puts the app on one.
APP = create_app(cast(Engine, None))
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)
READ = list(schema.get_all_operations())
OPERATIONS = {one.ok().label: one.ok() for one in READ if isinstance(one, Ok)}
FEEDBACK = FeedbackSources(constants_value_source=make_constants_value_source(schema))


@pytest.fixture(scope="module", autouse=True)
def _on_an_engine(engine: Engine) -> None:
    APP.state.engine = engine


@pytest.fixture(scope="module")
def plaything(app: FastAPI) -> Seller:
    """A seller whose clock may be moved about."""
    return sign_up(app)


def test_every_operation_can_be_read() -> None:
    assert len(OPERATIONS) == len(READ)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_breaks_it(label: str, plaything: Seller) -> None:
    """As `schema.parametrize()` does, which makes all its thousands of cases in every worker."""
    asked = build_operation_test(
        config=schema.config,
        operation=OPERATIONS[label],
        test_func=answers_as_described,
        given_kwargs={},
        feedback=FEEDBACK,
    )
    asked(plaything=plaything)


@settings(
    max_examples=60 if SEARCHES else 20,
    derandomize=not SEARCHES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def answers_as_described(case: Case[Any], plaything: Seller) -> None:
    if next(TURNS) % ONE_OF:
        return
    case.call_and_validate(headers={"Authorization": f"Bearer {plaything.key}"}, checks=CHECKS)
