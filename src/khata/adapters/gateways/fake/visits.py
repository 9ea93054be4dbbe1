"""The fake gateway's own page: what a payer did there, in its own schema."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from psycopg.types.json import Jsonb

from khata.adapters.gateways.fake.charge_book import Charge, ChargeBook, OwnCursor
from khata.adapters.gateways.fake.charging import answer_of, new_charge
from khata.adapters.gateways.fake.fates import Becomes, Fate, Past, fate_of, is_known
from khata.adapters.gateways.fake.mandates import mandate_of, saved_method
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.told_mandate import MandateStatus, ToldMandate
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import ChargeRequest, IdUsedOtherwise
from khata.ports.gateway_visits import OpenedVisit, Payer, VisitRequest, VisitState
from khata.ports.pretend_payer import SeenVisit

SLOW: Final = timedelta(hours=2)  # how long a slow bank takes

VISITS: Final = {
    MethodKind.CARD: frozenset(Purpose),
    MethodKind.UPI: frozenset({Purpose.PAY, Purpose.SAVE}),
    MethodKind.EMANDATE: frozenset({Purpose.SAVE}),
}
REJECTED: Final = "tok_rejected"  # the payer has agreed, and their bank says no


@dataclass(frozen=True, slots=True)
class _Row:
    request: VisitRequest
    closed_at: datetime | None
    token: str | None
    decline_code: str | None
    late_at: datetime | None


class VisitBook:
    """Reads and writes fake_gateway.visits; satisfies `khata.ports.pretend_payer.PretendPayer`."""

    def __init__(self, charges: ChargeBook) -> None:
        self._charges = charges

    def open(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        """Keep the visit, once for an id. Raises: IdUsedOtherwise."""
        with self._charges.transaction() as cursor:
            cursor.execute(
                "insert into fake_gateway.visits (merchant, visit_id, request, created_at)"
                " values (%s, %s, %s, %s) on conflict do nothing",
                [request.merchant, request.visit_id, Jsonb(_as_json(request)), at],
            )
            kept = _locked(cursor, request.visit_id, merchant=request.merchant)
        if kept is None or kept.request != request:
            raise IdUsedOtherwise(f"{request.visit_id} was sent before with other parameters")
        return _opened(request)

    def state(self, request: VisitRequest, *, at: datetime) -> VisitState | None:
        with self._charges.transaction() as cursor:
            kept = _locked(cursor, request.visit_id, merchant=request.merchant)
            if kept is None:
                return None
            charge = self._charges.find(request.visit_id, merchant=request.merchant, within=cursor)
        return _state(kept, charge, at)

    def close(self, request: VisitRequest, *, at: datetime) -> VisitState:
        """End it; who is paying at this moment is waited for."""
        with self._charges.transaction() as cursor:
            _locked(cursor, request.visit_id, merchant=request.merchant)
            cursor.execute(
                "update fake_gateway.visits set closed_at = coalesce(closed_at, %s)"
                " where merchant = %s and visit_id = %s",
                [at, request.merchant, request.visit_id],
            )
        return self.state(request, at=at) or VisitState(VisitStatus.EXPIRED)

    def seen(self, visit_id: UUID, *, at: datetime) -> SeenVisit | None:
        with self._charges.transaction() as cursor:
            kept = _locked(cursor, visit_id)
            if kept is None:
                return None
            charge = self._charges.find(visit_id, merchant=kept.request.merchant, within=cursor)
        state = _state(kept, charge, at)
        return SeenVisit(kept.request, state.status, state.decline_code)

    def agree(self, visit_id: UUID, card: str, *, at: datetime, is_slow: bool = False) -> bool:
        with self._charges.transaction() as cursor:
            kept = _locked(cursor, visit_id)
            saves = kept is not None and _saves_a_mandate(kept.request)
            if kept is None or not (is_known(card) or (saves and card == REJECTED)):
                return False
            merchant = kept.request.merchant
            charge = self._charges.find(visit_id, merchant=merchant, within=cursor)
            if charge is not None or _state(kept, charge, at).status is not VisitStatus.OPEN:
                return False
            fate = self._fate(kept, card, is_slow, cursor)
            declined = fate.outcome is Outcome.FAILED
            if not declined and kept.request.amount:
                charge = new_charge(_charge_request(kept.request, card), fate, at)
                self._charges.write(charge, within=cursor)
            cursor.execute(
                "update fake_gateway.visits set token = %s, decline_code = %s, late_at = %s"
                " where merchant = %s and visit_id = %s",
                [
                    None if declined else _token(kept.request, card),
                    fate.decline_code if declined else None,
                    at + SLOW if is_slow and not declined else None,
                    merchant,
                    visit_id,
                ],
            )
            return not declined

    def _fate(self, kept: _Row, card: str, is_slow: bool, cursor: OwnCursor) -> Fate:
        request = _charge_request(kept.request, card)

        def past() -> Past:
            known = self._charges.past(request, within=cursor)
            return replace(known, tries=known.tries + (kept.decline_code is not None))

        if _saves_a_mandate(kept.request) and card != "tok_declined":
            return Fate(Outcome.SUCCEEDED)  # nothing is debited yet
        fate = replace(fate_of(card, past), is_answer_lost=False, lost_calls=0)
        if is_slow and fate.outcome is Outcome.SUCCEEDED:
            return replace(fate, outcome=Outcome.PENDING, becomes=Becomes(Outcome.SUCCEEDED, SLOW))
        if fate.late:  # the failure is told at once, so that another card can be tried
            return replace(fate, becomes=None, late=False)
        return fate


def _opened(request: VisitRequest) -> OpenedVisit:
    home = urlsplit(request.return_url)
    url = f"{home.scheme}://{home.netloc}/fake/{request.visit_id}"
    upi = None
    if request.kind is MethodKind.UPI and request.amount:
        upi = (
            f"upi://pay?pa=khata.test@fake&pn=khata%20test&tr={request.visit_id.hex}"
            f"&am={request.amount // 100}.{request.amount % 100:02d}&cu={request.currency}"
        )
    return OpenedVisit(f"fakevisit_{request.visit_id.hex}", url, upi)


def _state(kept: _Row, charge: Charge | None, at: datetime) -> VisitState:
    request = kept.request
    ended = kept.closed_at is not None or at >= request.expires_at
    saved = _saved(kept)
    if charge is not None:
        answer = answer_of(charge, at)
        if answer.outcome is Outcome.FAILED:
            return VisitState(VisitStatus.FAILED, decline_code=answer.decline_code)
        waits = answer.outcome is Outcome.PENDING and kept.late_at is not None
        if not waits:
            return VisitState(VisitStatus.DONE, answer, saved)
        return VisitState(VisitStatus.EXPIRED if ended else VisitStatus.OPEN)
    if kept.token is not None:
        return VisitState(VisitStatus.DONE, None, saved)
    if ended:
        return VisitState(VisitStatus.EXPIRED, decline_code=kept.decline_code)
    return VisitState(VisitStatus.OPEN, decline_code=kept.decline_code)


def _saved(kept: _Row) -> SavedMethod | None:
    if kept.token is None or kept.request.purpose is Purpose.PAY:
        return None
    if not _saves_a_mandate(kept.request):
        return SavedMethod(kept.token, MethodKind.CARD)
    mandate = mandate_of(kept.token)
    if mandate is None or kept.token.endswith(REJECTED.removeprefix("tok")):
        told = ToldMandate(MandateStatus.REJECTED)
        return SavedMethod(
            kept.token,
            kept.request.kind,
            usable=False,
            why_not="the bank has rejected the mandate",
            has_ended=True,
            mandate=told,
        )
    return saved_method(kept.token, mandate)


def _saves_a_mandate(request: VisitRequest) -> bool:
    return request.kind is not MethodKind.CARD and request.purpose is not Purpose.PAY


def _token(request: VisitRequest, card: str) -> str:
    """Return the token that is saved: of a mandate with the terms that were agreed to."""
    if not _saves_a_mandate(request):
        return card
    token, terms = f"tok_{request.kind}", request.mandate
    if terms is not None:
        token += f"_{terms.frequency}"
        token += "" if terms.max_amount % 100 else f"_max_{terms.max_amount // 100}"
        token += "_fixed" if terms.is_fixed else ""
        token += f"_until_{terms.end:%Y%m%d}" if terms.end else ""
    fate = card.removeprefix("tok_")
    return token if fate == "ok" else f"{token}_{fate}"


def _charge_request(request: VisitRequest, card: str) -> ChargeRequest:
    payer = request.payer
    return ChargeRequest(
        attempt_id=request.visit_id,
        merchant=request.merchant,
        customer=payer.holder or payer.email or payer.name,
        token=card,
        amount=request.amount,
        currency=request.currency,
        description=request.description,
        invoice_number=request.invoice_number or "",
    )


def _locked(cursor: OwnCursor, visit_id: UUID, *, merchant: str | None = None) -> _Row | None:
    row = cursor.execute(
        "select request, closed_at, token, decline_code, late_at from fake_gateway.visits"
        " where visit_id = %(id)s and (%(merchant)s::text is null or merchant = %(merchant)s)"
        " for update",
        {"id": visit_id, "merchant": merchant},
    ).fetchone()
    if row is None:
        return None
    return _Row(
        _request(row["request"]),
        row["closed_at"],
        row["token"],
        row["decline_code"],
        row["late_at"],
    )


def _as_json(request: VisitRequest) -> dict[str, Any]:
    payer, terms = request.payer, request.mandate
    return {
        "visit_id": str(request.visit_id),
        "merchant": request.merchant,
        "purpose": request.purpose,
        "kind": request.kind,
        "amount": request.amount,
        "currency": request.currency,
        "description": request.description,
        "payer": [payer.name, payer.email, payer.phone, payer.holder],
        "return_url": request.return_url,
        "cancel_url": request.cancel_url,
        "expires_at": request.expires_at.isoformat(),
        "invoice_number": request.invoice_number,
        "mandate": terms
        and [
            terms.max_amount,
            terms.currency,
            terms.frequency,
            terms.start.isoformat(),
            terms.end and terms.end.isoformat(),
            terms.is_fixed,
        ],
    }


def _request(told: dict[str, Any]) -> VisitRequest:
    terms = told["mandate"]
    return VisitRequest(
        **told
        | {
            "visit_id": UUID(told["visit_id"]),
            "purpose": Purpose(told["purpose"]),
            "kind": MethodKind(told["kind"]),
            "payer": Payer(*told["payer"]),
            "expires_at": datetime.fromisoformat(told["expires_at"]),
            "mandate": terms and _terms(*terms),
        }
    )


def _terms(
    most: int, currency: str, frequency: str, start: str, end: str | None, is_fixed: bool
) -> MandateTerms:
    return MandateTerms(
        most,
        currency,
        Frequency(frequency),
        date.fromisoformat(start),
        date.fromisoformat(end) if end else None,
        is_fixed,
    )
