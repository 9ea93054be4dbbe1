"""Generated requests against the published description: no 500, and no answer it does not tell."""

from typing import Any, cast

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from khata.api.app import create_app
from khata.wiring import Engine
from tests.api.seller import Seller, sign_up

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


@pytest.fixture(scope="module", autouse=True)
def _on_an_engine(engine: Engine) -> None:
    APP.state.engine = engine


@pytest.fixture(scope="module")
def plaything(app: FastAPI) -> Seller:
    """A seller whose clock may be moved about."""
    return sign_up(app)


@schema.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_it(case: Case[Any], plaything: Seller) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {plaything.key}"}, checks=CHECKS)
