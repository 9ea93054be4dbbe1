"""A page: a template and its facts, sent with headers that let nothing foreign in."""

from functools import cache
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from khata.dashboard import assets
from khata.dashboard.wording import FILTERS
from khata.dashboard.wording_funds import FUND_FILTERS
from khata.dashboard.wording_gateways import GATEWAY_FILTERS

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# A form that opens a gateway's page is answered with the way there, which browsers hold against
# form-action; that page may be anywhere.
_LEADS_OUT: Final = "form-action 'self' https:"
# In test mode also on this machine, where a pretend gateway runs.
_LEADS_HERE: Final = f"{_LEADS_OUT} http://127.0.0.1:* http://localhost:*"

# A mail was written for mail programs: its styles stand inline. It may load and run nothing.
MAIL_HEADERS: Final = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox; frame-ancestors 'self'",
}


def page(template: str, *, code: int = 200, **facts: Any) -> HTMLResponse:
    """Return the filled template; everything in it is escaped."""
    html = _environment().get_template(template).render(facts)
    return HTMLResponse(html, status_code=code, headers=HEADERS)


def paying_page(template: str, *, livemode: bool, code: int = 200, **facts: Any) -> HTMLResponse:
    """Return the filled template; its forms may end at a gateway's own page."""
    filled = page(template, code=code, livemode=livemode, **facts)
    leads = _LEADS_OUT if livemode else _LEADS_HERE
    policy = _POLICY.replace("form-action 'self'", leads)
    filled.headers["Content-Security-Policy"] = policy
    return filled


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("khata.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(FILTERS | FUND_FILTERS | GATEWAY_FILTERS)
    environment.globals["asset"] = assets.url_of
    return environment
