"""`khata up`: the whole engine in one process."""

from contextlib import closing

from khata.cli.database import Place
from khata.cli.listening import listen
from khata.cli.options import DataDir, Host, Port, settings_with
from khata.cli.terminal import answers, foreseen


def up(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Start the engine: API, dashboard and billing in one process.

    The database is an embedded PostgreSQL unless KHATA_DATABASE_URL names one
    of yours; its tables are brought up to date first. Ctrl-C stops it all.
    """
    with foreseen():
        listener, settings = listen(settings_with(host=host, port=port, data_dir=data_dir))
        # Here, because the web framework takes seconds to load: neither `--help` nor a word on
        # what is wrong waits for it.
        from khata.cli.engine import engine_for
        from khata.cli.serving import serve
        from khata.worker.observed import observed, told_as

        told_as("up", settings)  # here already: tables may have to be brought up to date
        with closing(listener), engine_for(settings) as (engine, place), observed(engine, "up"):
            serve(engine, listener, ready=lambda url: _banner(place, url))


def _banner(place: Place, url: str) -> None:
    answers.print(f"[bold]khata[/bold] is up at [bold]{url}[/bold]")
    answers.print(f"  dashboard  {url}/dashboard")
    answers.print(f"  API        {url}/docs")
    answers.print(f"  database   {place.name}", markup=False)
    answers.print("Ctrl-C stops it.", style="dim")
