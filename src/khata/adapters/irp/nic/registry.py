"""NIC's portal behind the port: a document gets one number, however answers get lost."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import httpx

from khata.adapters.irp.nic.client import TOTAL_SECONDS, Credentials, Endpoints, NicClient, Reply
from khata.adapters.irp.nic.envelope import public_key
from khata.adapters.irp.nic.session import Session
from khata.adapters.irp.nic.signatures import SignatureInvalid, verified
from khata.adapters.irp.nic.translate import Unclear, cancelled_at, registered, taxpayer
from khata.core.e_invoice.dated import Reaction
from khata.core.e_invoice.registration import CANCEL_CODES, differences
from khata.core.exports.wire_json import written
from khata.ports.invoice_registry import (
    Cancelled,
    CancelReason,
    DocumentKey,
    OutcomeUnknown,
    Refused,
    Registered,
    RegistrationRequest,
    RegistryError,
    RegistryUnavailable,
    Taxpayer,
)


class NicRegistry:
    """The documents of one GSTIN at NIC's portal.

    `portal_key` seals the login; `signing_keys` are those that the portal signs with, the present
    one and, while it changes, the next. All are PEM: a certificate or a public key.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str,
        portal_key: bytes,
        signing_keys: Sequence[bytes],
        now: Callable[[], datetime],
        endpoints: Endpoints | None = None,
        seconds: float = TOTAL_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._paths = endpoints or Endpoints()
        self._client = NicClient(base_url, seconds=seconds, transport=transport)
        self._session = Session(
            self._client,
            credentials,
            auth_path=self._paths.auth,
            portal_key=public_key(portal_key),
            now=now,
        )
        self._verify = partial(verified, keys=[public_key(pem) for pem in signing_keys])

    def close(self) -> None:
        self._client.close()

    def generate(self, request: RegistrationRequest) -> Registered | Refused:
        try:
            reply = self._session.post(self._paths.generate, request.body)
            if _reactions(reply) == {Reaction.SYNC_GSTIN} and self._synced(request.buyer_gstin):
                reply = self._session.post(self._paths.generate, request.body)
            if Reaction.COMPARE in _reactions(reply):
                return self._the_same(request, reply)
            return _agreed(request, self._held(reply))
        except OutcomeUnknown as lost:
            return self._found_after(lost, request)

    def get_by_irn(self, irn: str) -> Registered | Refused | None:
        return self._looked_up(lambda: self._session.get(self._paths.by_irn.format(irn=irn)))

    def get_by_document(self, key: DocumentKey) -> Registered | Refused | None:
        query = {
            "doctype": key.document_type,
            "docnum": key.number,
            "docdate": f"{key.issued_on:%d/%m/%Y}",
        }
        return self._looked_up(lambda: self._session.get(self._paths.by_document, query))

    def cancel(self, irn: str, *, reason: CancelReason, remark: str) -> Cancelled | Refused:
        body = {"Irn": irn, "CnlRsn": CANCEL_CODES[reason], "CnlRem": remark[:100] or reason.value}
        try:
            reply = self._session.post(self._paths.cancel, written(body))
        except OutcomeUnknown as lost:
            return self._cancelled_after(lost, irn)
        if Reaction.CANCELLED_ALREADY in _reactions(reply):
            return Cancelled(irn, None)
        if reply.errors:
            return Refused(reply.errors)
        return Cancelled(irn, cancelled_at(reply.content))

    def get_gstin(self, gstin: str) -> Taxpayer | Refused:
        return self._known(self._paths.gstin.format(gstin=gstin))

    def sync_gstin(self, gstin: str) -> Taxpayer | Refused:
        return self._known(self._paths.sync.format(gstin=gstin))

    def _held(self, reply: Reply) -> Registered | Refused:
        """Read what the portal holds; a signature that proves nothing is for a person to look at.

        Raises: OutcomeUnknown, where it cannot be read.
        """
        if reply.errors:
            return Refused(reply.errors)
        try:
            return registered(reply.content, self._verify)
        except SignatureInvalid as invalid:
            return Refused((RegistryError("signature_invalid", str(invalid)),))
        except Unclear as unclear:
            raise OutcomeUnknown(str(unclear)) from None

    def _looked_up(self, ask: Callable[[], Reply]) -> Registered | Refused | None:
        try:
            reply = ask()
            if _reactions(reply) == {Reaction.NOT_THERE}:
                return None
            return self._held(reply)
        except OutcomeUnknown as lost:  # a question changes nothing
            raise RegistryUnavailable(f"not answered: {lost}") from None

    def _the_same(self, request: RegistrationRequest, reply: Reply) -> Registered | Refused:
        """Fetch what bears the number already: only our own document counts as registered."""
        found = self.get_by_document(request.key)
        named = _duplicate(reply)
        if found is None and named is not None:  # the same number of another day
            found = self.get_by_irn(named)
        if isinstance(found, Registered):
            return _agreed(request, found)
        return Refused(reply.errors + (found.errors if found is not None else ()))

    def _found_after(self, lost: OutcomeUnknown, request: RegistrationRequest) -> Registered:
        """Ask what came of a document whose answer was lost. Raises: OutcomeUnknown, the same."""
        try:
            found = self.get_by_document(request.key)
        except RegistryUnavailable:
            raise lost from None
        if isinstance(found, Registered) and isinstance(_agreed(request, found), Registered):
            return found
        raise lost  # it may be on its way still; sent again, it is a duplicate or new

    def _cancelled_after(self, lost: OutcomeUnknown, irn: str) -> Cancelled:
        try:
            found = self.get_by_irn(irn)
        except RegistryUnavailable:
            raise lost from None
        if isinstance(found, Registered) and found.cancelled:
            return Cancelled(irn, None)
        raise lost

    def _synced(self, gstin: str) -> bool:
        """Let the portal look a buyer up anew; False: it made no difference that we know of."""
        if gstin == "URP":
            return False
        try:
            return isinstance(self.sync_gstin(gstin), Taxpayer)
        except RegistryUnavailable:
            return False

    def _known(self, path: str) -> Taxpayer | Refused:
        try:
            reply = self._session.get(path)
            return Refused(reply.errors) if reply.errors else taxpayer(reply.content)
        except (OutcomeUnknown, Unclear) as lost:
            raise RegistryUnavailable(f"not answered: {lost}") from None


def _agreed(request: RegistrationRequest, found: Registered | Refused) -> Registered | Refused:
    if isinstance(found, Refused):
        return found
    told = differences(request, found)
    if found.cancelled:
        told.append("it is cancelled at the portal, and its number cannot be used again")
    if told:
        return Refused((RegistryError("duplicate_differs", "; ".join(told)),))
    return found


def _duplicate(reply: Reply) -> str | None:
    """Return the IRN that a duplicate is said to have, where the answer says it."""
    for hint in reply.hints:
        told = hint.get("Desc")
        if hint.get("InfCd") == "DUPIRN" and isinstance(told, dict) and told.get("Irn"):
            return str(told["Irn"])
    return None


def _reactions(reply: Reply) -> set[Reaction]:
    return {error.reaction for error in reply.errors}
