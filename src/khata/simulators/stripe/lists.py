"""Lists: pages of at most a hundred, the newest first, by cursor and by time."""

from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.forms import Form, only, whole
from khata.simulators.stripe.refusals import invalid

_CURSORS = "limit starting_after ending_before expand created"


def listed(asked: Asked, kind: str, url: str, *, filters: str) -> Object:
    """Return the page of a kind's objects that the query asks for."""
    form = asked.form
    only(form, f"{_CURSORS} {filters}")
    found = [
        one
        for one in asked.account.all(kind)
        if within(one["created"], form.get("created"))
        and all(one.get(name) == form[name] for name in filters.split() if name in form)
    ]
    return page(asked.account, found, form, url)


def page(account: Account, found: list[Object], form: Form, url: str) -> Object:
    limit = whole(form, "limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: it must be between 1 and 100", param="limit")
    ids = [one["id"] for one in found]
    start = 0
    if "starting_after" in form:
        start = _place(ids, form, "starting_after") + 1
    elif "ending_before" in form:
        start = max(0, _place(ids, form, "ending_before") - limit)
    return {
        "object": "list",
        "data": found[start : start + limit],
        "has_more": start + limit < len(found),
        "url": url,
    }


def _place(ids: list[str], form: Form, param: str) -> int:
    if form[param] not in ids:
        raise invalid(f"No such object: '{form[param]}'", code="resource_missing", param=param)
    return ids.index(form[param])


def within(created: int, asked: object) -> bool:
    """Say whether an instant is one that a filter such as `created[gte]` asks for."""
    if asked is None:
        return True
    if isinstance(asked, str):
        return created == int(asked)
    assert isinstance(asked, dict)
    tests = {"gt": created.__gt__, "gte": created.__ge__, "lt": created.__lt__}
    tests["lte"] = created.__le__
    return all(tests[name](int(value)) for name, value in asked.items())
