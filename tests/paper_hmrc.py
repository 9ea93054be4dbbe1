"""HMRC on paper: version 2.0 of Check a UK VAT Number as the Developer Hub documents it."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

import httpx

from khata.adapters.tax_ids.hmrc.client import Hmrc

BASE = "https://api.service.hmrc.gov.uk"
BRITISH_ID, BRITISH_OTHER = "GB980780684", "GB245719348"


@dataclass
class PaperHmrc:
    """Knows some numbers; `away` lets it answer nothing but that status, and `stale` tokens end."""

    registered: set[str] = field(default_factory=lambda: {"980780684"})
    requesters: set[str] = field(default_factory=lambda: {"245719348"})
    away: int | None = None
    tokens: int = 0
    asked: list[httpx.Request] = field(default_factory=list)

    def client(self) -> Hmrc:
        return Hmrc(BASE, "our-id", "our-secret", transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return self._token(request)
        self.asked.append(request)
        if self.away is not None:
            return httpx.Response(self.away, json={"code": "SERVER_ERROR", "message": "Later"})
        if request.headers["authorization"] != f"Bearer token-{self.tokens}":
            return _refused(401, "INVALID_CREDENTIALS", "Invalid Authentication information")
        return self._looked_up(*request.url.path.split("/lookup/")[1].split("/"))

    def _token(self, request: httpx.Request) -> httpx.Response:
        assert {name: one for name, [one] in parse_qs(request.content.decode()).items()} == {
            "grant_type": "client_credentials",
            "scope": "read:vat",
            "client_id": "our-id",
            "client_secret": "our-secret",
        }
        self.tokens += 1
        answer = {"access_token": f"token-{self.tokens}", "expires_in": 14400}
        return httpx.Response(200, json=answer)

    def _looked_up(self, target: str, requester: str | None = None) -> httpx.Response:
        if target not in self.registered:
            message = "targetVrn does not match a registered company"
            return _refused(404, "NOT_FOUND", message)
        if requester is not None and requester not in self.requesters:
            message = "requesterVrn does not match a registered company"
            return _refused(403, "INVALID_REQUEST", message)
        address = {"line1": "131B Barton Hamlet", "postcode": "SW97 5CK", "countryCode": "GB"}
        said = {
            "target": {
                "name": "Credite Sberger Donal Inc.",
                "vatNumber": target,
                "address": address,
            },
            "processingDate": "2026-11-02T09:00:00+00:00",
        }
        proof = {"requester": requester, "consultationNumber": "ABC-123-DEF"}
        return httpx.Response(200, json=said if requester is None else said | proof)


def _refused(status: int, code: str, message: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message})
