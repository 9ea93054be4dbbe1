"""The database: reachable, new enough, migrated, walled, and of one time with us."""

from datetime import datetime, timedelta

import psycopg

from khata.cli.doctor.finding import Finding
from khata.db.embedded.provision import Urls
from khata.db.migrations.migrate import head, pending
from khata.db.wall_breaches import breaches

OLDEST = 160000  # PostgreSQL 16
LARGEST_SKEW = timedelta(seconds=2)


def reachable(app_url: str) -> Finding:
    """Connect as the app role and ask for the version."""
    try:
        with psycopg.connect(app_url, connect_timeout=10) as connection:
            version = connection.info.server_version
            user, name = connection.info.user, connection.info.dbname
    except psycopg.OperationalError as failure:
        return Finding(
            "database",
            " ".join(str(failure).split()),
            "check KHATA_DATABASE_URL, and that the server is up and lets this machine in",
        )
    if version < OLDEST:
        return Finding(
            "database", f"PostgreSQL {version // 10000} is too old", "upgrade it to 16 or newer"
        )
    release = f"{version // 10000}.{version % 10000}"
    return Finding("database", f"PostgreSQL {release}, {name} as {user}")


def migrated(app_url: str) -> Finding:
    """Compare the tables with this release."""
    try:
        behind = pending(app_url)
    except Exception as failure:  # whatever stands in the way is the finding
        return Finding("tables", str(failure).partition("\n")[0], "run `khata migrate`")
    if behind:
        return Finding("tables", "older than this release", "run `khata migrate`")
    return Finding("tables", f"at {head()}, this release's")


def wall_whole(urls: Urls) -> Finding:
    """Ask the catalog for ways past the wall between tenants."""
    found = [way for url in (urls.app, urls.support) if url for way in breaches(url)]
    if found:
        return Finding(
            "wall",
            "; ".join(found),
            "make the app role as docs/operations.md says; khata does not start like this",
        )
    return Finding("wall", "no role of khata can pass it")


def same_time(app_url: str, now: datetime) -> Finding:
    """Compare the database's clock with `now`, read just before."""
    with psycopg.connect(app_url, connect_timeout=10) as connection:
        row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    apart = abs(row[0] - now)
    if apart > LARGEST_SKEW:
        return Finding(
            "clocks",
            f"the database is {apart.total_seconds():.1f} s apart from here",
            "synchronise both machines (chrony, systemd-timesyncd)",
        )
    return Finding("clocks", "the database and this machine agree")
