"""The pretend portal: who asks, what for, and the envelope around every answer."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from khata.core.exports.wire_json import read, written
from khata.simulators.irp.checks import faults_of, read_day
from khata.simulators.irp.keys import PortalKeys
from khata.simulators.irp.login import Doorkeeper, Unlike, User, seal, unseal
from khata.simulators.irp.register import INDIA, Duplicate, Register, stamp, told
from khata.simulators.irp.taxpayers import Taxpayers
from khata.simulators.pretend import Pretend, Request, Response

_USERS = [
    User("CLIENT01", "pretend-client-secret", "khata_ka", "Pretend@123", "29AABCR1718E1ZL"),
    User("CLIENT01", "pretend-client-secret", "khata_mh", "Pretend@123", "27AABCR1718E1ZP"),
]
_VERSIONED = ("/eivital/", "/eicore/")
_PAGE_504 = b"<html><head><title>504 Gateway Time-out</title></head></html>"


class Refusals(Unlike):
    """Several reasons at once."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(*faults[0])
        self.faults = faults


class IrpSimulator(Pretend):
    """One pretend portal, with users of two registrations of one business.

    `sandbox` lets GSTINs with a wrong last character pass; `thirty_days` refuses what is older.
    """

    name = "irp"

    def __init__(
        self,
        machine: Callable[[], datetime],
        *,
        sandbox: bool = False,
        thirty_days: bool = True,
        users: list[User] | None = None,
        keys: PortalKeys | None = None,
    ) -> None:
        super().__init__(machine)
        self.keys = keys or PortalKeys()
        self.users = _USERS if users is None else users
        self.door = Doorkeeper(self.keys, self.users)
        self.register = Register(self.keys)
        self.taxpayers = Taxpayers()
        self.sandbox, self.thirty_days = sandbox, thirty_days
        self.is_down = False  # the provider in front says so, and nothing reaches the portal
        self.generated = 0  # how often a document was sent to be registered

    def answer(self, request: Request) -> Response:
        if self.is_down:
            return _no([("GSPGSTDOWN", "The GST system is down")])
        path = _without_version(request.path)
        try:
            if (request.method, path) == ("POST", "/eivital/auth"):
                return self._login(request)
            user, key = self.door.let_in(dict(request.headers), self.clock.now())
            said = self._said(request, path, user, key)
        except Duplicate as duplicate:
            return _no([(duplicate.code, duplicate.message)], _hint(duplicate))
        except Refusals as refusals:
            return _no(refusals.faults)
        except Unlike as unlike:
            return _no([(unlike.code, unlike.message)])
        return _yes(seal(written(said).encode(), key))

    def error_500(self) -> Response:
        return Response(504, _PAGE_504, {"Content-Type": "text/html"})

    def rate_limited(self) -> Response:
        return Response(429, b'{"message":"Too many requests"}')

    def books(self) -> dict[str, Any]:
        """Return every IRN with its document's number, total, and whether it is cancelled."""
        return {
            "documents": [
                {
                    "irn": entry.irn,
                    "number": entry.form["DocDtls"]["No"],
                    "type": entry.form["DocDtls"]["Typ"],
                    "seller": entry.gstin,
                    "buyer": entry.form["BuyerDtls"]["Gstin"],
                    "total": entry.form["ValDtls"]["TotInvVal"],
                    "cancelled": entry.cancelled_at is not None,
                }
                for entry in self.register.entries.values()
            ],
            "logins": self.door.logins,
            "sent": self.generated,
        }

    def control(self, what: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do: `tokens` forgets all tokens; `down`, `sandbox` and `thirty_days` by `{"on": …}`;
        `gstins` sets what is known of some: `{"29…": "ACT" | "CNL" | "stale"}`.
        """
        if what == "tokens":
            self.door.forget_tokens()
        elif what == "down":
            self.is_down = bool(asked["on"])
        elif what in ("sandbox", "thirty_days"):
            setattr(self, what, bool(asked["on"]))
        elif what == "gstins":
            self.taxpayers.set(asked)
        elif what == "keys":
            return {
                "login": self.keys.login_pem.decode(),
                "signing": self.keys.certificate_pem.decode(),
            }
        else:
            return None
        return {}

    def _login(self, request: Request) -> Response:
        told = _object(request.body)
        sealed = told.get("Data")
        if not isinstance(sealed, str):
            raise Unlike("1011", "Data is missing")
        brought = self.door.log_in(dict(request.headers), sealed, self.clock.now())
        ends = datetime.fromisoformat(brought["TokenExpiry"])
        return _yes(brought | {"TokenExpiry": stamp(ends)})

    def _said(self, request: Request, path: str, user: User, key: bytes) -> dict[str, Any]:
        now = self.clock.now()
        if request.method == "POST":
            payload = _payload(request, key)
            if path == "/eicore/Invoice":
                return self._generated(payload, user)
            if path == "/eicore/Invoice/Cancel":
                entry = self.register.cancel(payload, user.gstin, now)
                assert entry.cancelled_at is not None
                return {"Irn": entry.irn, "CancelDate": stamp(entry.cancelled_at)}
        elif path == "/eicore/Invoice/irnbydocdetails":
            kind, number, day = _document_asked(request.query)
            return told(self.register.by_document(kind, number, day, user.gstin, now))
        elif path.startswith("/eicore/Invoice/irn/"):
            return told(self.register.by_irn(path.rpartition("/")[2], user.gstin, now))
        elif path.startswith("/eivital/Master/gstin/"):
            return self.taxpayers.known(path.rpartition("/")[2])
        elif path.startswith("/eivital/Master/syncgstin/"):
            return self.taxpayers.synced(path.rpartition("/")[2])
        raise Unlike("1000", "No such service")

    def _generated(self, form: Any, user: User) -> dict[str, Any]:
        self.generated += 1
        faults = faults_of(
            form,
            gstin=user.gstin,
            today=self.clock.now().astimezone(INDIA).date(),
            sandbox=self.sandbox,
            thirty_days=self.thirty_days,
        )
        if faults:
            raise Refusals(faults)
        buyer = form["BuyerDtls"]["Gstin"]
        if buyer != "URP":
            self.taxpayers.check(buyer)
        return told(self.register.enter(form, self.clock.now()))


def _without_version(path: str) -> str:
    """Return a path without its version, which is no part of what is asked: /eicore/Invoice."""
    for start in _VERSIONED:
        if path.startswith(start):
            version, _, rest = path.removeprefix(start).partition("/")
            return start + rest if version.startswith("v") else path
    return path


def _payload(request: Request, key: bytes) -> Any:
    sealed = _object(request.body).get("Data")
    try:
        return read(unseal(sealed, key))  # type: ignore[arg-type]  # refused below
    except (ValueError, TypeError):
        raise Unlike("1013", "Decryption of the payload failed") from None


def _document_asked(query: Mapping[str, list[str]]) -> tuple[str, str, date]:
    try:
        day = read_day(query["docdate"][0])
        return query["doctype"][0], query["docnum"][0], day
    except (KeyError, ValueError):
        raise Unlike("2142", "doctype, docnum and docdate are asked for") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        raise Unlike("1011", "The request is no JSON") from None
    return told if isinstance(told, dict) else {}


def _hint(duplicate: Duplicate) -> list[dict[str, Any]]:
    entry = duplicate.entry
    desc = {"AckNo": entry.ack_number, "AckDt": stamp(entry.at), "Irn": entry.irn}
    return [{"InfCd": "DUPIRN", "Desc": desc}]


def _yes(content: Any) -> Response:
    said = {"Status": 1, "Data": content, "ErrorDetails": None, "InfoDtls": None}
    return Response(200, json.dumps(said).encode())


def _no(faults: list[tuple[str, str]], hints: list[dict[str, Any]] | None = None) -> Response:
    details = [{"ErrorCode": code, "ErrorMessage": message} for code, message in faults]
    said = {"Status": 0, "Data": None, "ErrorDetails": details, "InfoDtls": hints}
    return Response(200, json.dumps(said).encode())
