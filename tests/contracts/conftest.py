"""The gateways' exam: each candidate, and charge requests that nobody else uses."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from khata.db.embedded.provision import Urls
from khata.ports.gateway import ChargeRequest
from tests.contracts.candidates import CANDIDATES
from tests.contracts.candidates.candidate import Candidate

Asked = Callable[..., ChargeRequest]


@pytest.fixture(params=sorted(CANDIDATES))
def candidate(request: pytest.FixtureRequest, urls: Urls) -> Iterator[Candidate]:
    yield from CANDIDATES[request.param](urls)


@pytest.fixture
def asked(candidate: Candidate) -> Asked:
    """Make charge requests of a merchant, customer and invoices that nobody else uses."""
    merchant, customer, series = str(uuid4()), str(uuid4()), uuid4().hex[:6]

    def make(behaviour: str, *, invoice: str = "00001", **others: Any) -> ChargeRequest:
        if behaviour in candidate.knows_no:
            pytest.skip(f"this vendor knows no {behaviour}")
        number = f"{series}/{invoice}"
        request = ChargeRequest(
            uuid4(),
            merchant,
            customer,
            candidate.tokens[behaviour],
            118_000,
            candidate.currency,
            f"Invoice {number}",
            number,
            holder=candidate.holder,
        )
        return candidate.told(replace(request, **candidate.request_fields, **others))

    return make
