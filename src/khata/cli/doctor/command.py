"""`khata doctor`: look at everything, say what to do, exit 1 if anything is amiss."""

import os
from collections.abc import Iterator

import typer

from khata.adapters.clock import SystemClock
from khata.cli.database import opened
from khata.cli.doctor import files, machine, outside, portals, storage, stream
from khata.cli.doctor.finding import Finding
from khata.cli.options import DataDir
from khata.cli.terminal import answers, foreseen
from khata.settings import Settings


def doctor(data_dir: DataDir = None) -> None:
    """Look at what the engine needs, and say what to do where it is missing.

    Nothing is left behind. An embedded database that is not running is started for
    the look and stopped again. Exit code 1 if anything is amiss.
    """
    with foreseen():
        settings = Settings() if data_dir is None else Settings(data_dir=data_dir)
        is_well = True
        for finding in _findings(settings):
            _print(finding)
            is_well = is_well and finding.is_well
    raise typer.Exit(0 if is_well else 1)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield machine.settings_known(dict(os.environ))
    yield machine.fonts_here()
    yield machine.mail_reachable(settings)
    yield from outside.broker(settings)
    yield outside.way_out()
    yield stream.kafka_reachable(settings)
    folder = machine.folder_writable(settings)
    yield folder
    if not folder.is_well:
        return  # the secret and the database would be in it
    yield machine.secret_kept(settings)
    yield files.files_kept(settings)
    if settings.database_url is None and not (settings.data_dir / "postgres").exists():
        yield Finding("database", f"none yet in {settings.data_dir}", "run `khata up`, it makes it")
        return
    with opened(settings) as place:
        found = storage.reachable(place.urls.app)
        yield found
        if not found.is_well:
            return
        migrated = storage.migrated(place.urls.app)
        yield migrated
        yield storage.wall_whole(place.urls)
        yield storage.same_time(place.urls.app, SystemClock().now())
        if migrated.is_well:
            yield stream.stream_kept_up(settings, place.urls.app, SystemClock().now())
            yield portals.e_invoices_kept_up(place.urls.app, SystemClock().now())


def _print(finding: Finding) -> None:
    mark, style = ("✓", "green") if finding.is_well else ("✗", "red")
    answers.print(f"[{style}]{mark}[/] {finding.what:<12}", end="")
    answers.print(finding.seen, markup=False)
    if not finding.is_well:
        answers.print(f"  → {finding.remedy}", markup=False, style="bold")
