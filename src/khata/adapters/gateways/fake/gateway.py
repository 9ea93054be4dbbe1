"""The fake gateway behind the port: deterministic by token, idempotent by id."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from khata.adapters.gateways.fake.charge_book import Charge, ChargeBook
from khata.adapters.gateways.fake.charging import answer_of, new_charge
from khata.adapters.gateways.fake.disputes import DisputeBook
from khata.adapters.gateways.fake.fates import (
    LATE_SUCCESS,
    fate_of,
    is_always_the_same,
    is_known,
)
from khata.adapters.gateways.fake.mandates import mandate_of, saved_method
from khata.adapters.gateways.fake.visits import VISITS, VisitBook
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.visit import VisitStatus
from khata.ports.gateway import (
    AnswerLost,
    Capabilities,
    ChargeRequest,
    IdUsedOtherwise,
    NotReached,
    RefundRequest,
    SeenPayment,
)
from khata.ports.gateway_visits import OpenedVisit, VisitRequest, VisitState
from khata.ports.notices import NoticeRequest, Taken


class FakeGateway:
    """Plays a gateway: what happens to a charge is written in its token (docs/payments.md).

    `url` reaches the database its own memory lies in; it uses connections of its own.
    """

    capabilities = Capabilities(
        replays=True,
        late_success=LATE_SUCCESS,
        currencies=None,
        kinds=frozenset({MethodKind.CARD, MethodKind.UPI, MethodKind.EMANDATE}),
        tells_ahead=frozenset({MethodKind.UPI}),
        visits=VISITS,
        upi_links=True,
    )

    def __init__(self, url: str) -> None:
        self.book = ChargeBook(url)
        self.payer = VisitBook(self.book)

    @property
    def disputes(self) -> DisputeBook:
        return DisputeBook(self.book)

    def close(self) -> None:
        self.book.close()

    def obstacle(self, amount: int, currency: str) -> str | None:
        return None

    def read_method(self, token: str, *, holder: str | None = None) -> SavedMethod | None:
        if not is_known(token):
            return None
        mandate = mandate_of(token)
        return saved_method(token, mandate) if mandate else SavedMethod(token, MethodKind.CARD)

    def tell_ahead(self, request: NoticeRequest, *, at: datetime) -> Taken:
        """Tell the payer, who is nobody; with tok_upi_untold the bank cannot be reached."""
        mandate = mandate_of(request.token)
        if mandate is not None and not mandate.is_told:
            raise NotReached("the fake payer's bank is down for this token")
        return Taken(f"fakenotice_{request.notice_id.hex}", is_told=True)

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        """Take the money, decline, or be lost, as the token says; once for an attempt id."""
        known = None
        if not is_always_the_same(request.token):
            known = self.book.find(request.attempt_id, merchant=request.merchant)
        if known is None:
            known = self._charge_first(request, at)
        if known.request != _kept(request):
            raise IdUsedOtherwise(f"{request.attempt_id} was sent before with other parameters")
        return answer_of(known, at)

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        charge = self.book.find(request.attempt_id, merchant=request.merchant)
        if charge is None:
            return None
        return replace(answer_of(charge, at), disputes=self.disputes.told_of(charge, at=at))

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        """Give back what was taken and not given back yet, or fail; once for a refund id."""
        charge = self.book.find(request.attempt_id, merchant=request.merchant)
        if charge is None:
            return Answer(
                Outcome.FAILED,
                decline_class=DeclineClass.CONFIG,
                decline_code="charge_unknown",
            )
        taken = charge.request.amount if charge.outcome_at(at) is Outcome.SUCCEEDED else 0
        return self.book.refund(request, taken=taken, at=at)

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        return self.book.find_refund(request.refund_id, merchant=request.merchant)

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        for charge in self.book.taken_up_between(start, end):
            request, outcome = charge.request, charge.outcome_at(end)
            took = outcome is Outcome.SUCCEEDED
            yield SeenPayment(
                charge.reference,
                request.attempt_id,
                request.amount,
                request.currency,
                outcome,
                charge.fee if took else 0,
                self.book.refunded(request.merchant, request.attempt_id),
                charge.created_at,
            )

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        return self.payer.open(request, at=at)

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self.payer.state(request, at=at) or VisitState(VisitStatus.FAILED)

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        return self.payer.state(request, at=at)

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self.payer.close(request, at=at)

    def _charge_first(self, request: ChargeRequest, at: datetime) -> Charge:
        fate = fate_of(request.token, lambda: self.book.past(request))
        if fate.lost_calls and self.book.count_call(request) <= fate.lost_calls:
            if fate.is_reached:
                raise AnswerLost("lost before the fake gateway acted")
            raise NotReached("the fake gateway is down for this token")
        charge = new_charge(_kept(request), fate, at)
        kept = self.book.write(charge)
        if fate.is_answer_lost and kept is charge:
            raise AnswerLost("lost after the fake gateway took the money")
        return kept


def _kept(request: ChargeRequest) -> ChargeRequest:
    """Return what the book keeps of a request; the rail stands in its token."""
    return replace(request, kind=MethodKind.CARD, holder=None, facts={}, notice=None)
