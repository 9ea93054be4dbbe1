"""Make docs/pictures: run the demo, and photograph its dashboard and an invoice page; and a PDF.

The PDF is one of the golden tests' invoices with the demo's logo, as a customer gets it.

Needs Chromium (CHROMIUM names it, /usr/bin/chromium otherwise) and pdftoppm of poppler.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # tests is no installed package

from khata.adapters.pdf.typst_renderer import TypstRenderer  # noqa: E402
from tests.golden.samples import DOMESTIC  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

ENTRY = re.compile(r"http://\S+/dashboard/enter\?token=[\w-]+")
INVOICE = re.compile(r"http://\S+/i/ten_\w+/[\w-]+")

WIDE, NARROW = (1280, 800), (390, 844)
PAGES = {
    "dashboard": "/dashboard",
    "books": "/dashboard/books",
    "clock": "/dashboard/clock",
}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as (entry, invoice), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        photograph_dashboard(browser, entry)
        photograph_invoice(browser, invoice)
        photograph_pdf()
        browser.close()


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """Run the demo in a folder of its own and give its two addresses."""
    with tempfile.TemporaryDirectory(prefix="khata-pictures-") as folder:
        Path(folder).chmod(0o755)
        command = [sys.executable, "-m", "khata.cli", "demo", "--port", "0"]
        running = subprocess.Popen(
            [*command, "--data-dir", f"{folder}/demo"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "400", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        )
        try:
            yield _addresses(running)
        finally:
            running.terminate()
            running.wait(60)


def photograph_dashboard(browser: Browser, entry: str) -> None:
    base = entry.partition("/dashboard")[0]
    signed_in = browser.new_context(viewport=_size(WIDE))
    signed_in.new_page().goto(entry)
    state = signed_in.storage_state()
    looks = {"": (WIDE, "light"), "-dark": (WIDE, "dark"), "-phone": (NARROW, "light")}
    for look, (size, scheme) in looks.items():
        context = browser.new_context(
            viewport=_size(size),
            color_scheme="dark" if scheme == "dark" else "light",
            storage_state=state,
            device_scale_factor=1.5,
        )
        page = context.new_page()
        for name, path in PAGES.items():
            if not look or name == "dashboard":
                page.goto(base + path, wait_until="networkidle")
                page.screenshot(path=PICTURES / f"{name}{look}.png")
        context.close()


def photograph_invoice(browser: Browser, invoice: str) -> None:
    for look, size in {"": WIDE, "-phone": NARROW}.items():
        context = browser.new_context(viewport=_size(size), device_scale_factor=1.5)
        page = context.new_page()
        page.goto(invoice, wait_until="networkidle")
        page.screenshot(path=PICTURES / f"hosted-invoice{look}.png")
        context.close()


def photograph_pdf() -> None:
    logo = files("khata.cli.demo").joinpath("logo.svg").read_bytes()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as pdf:
        pdf.write(TypstRenderer().render(replace(DOMESTIC, logo=logo)))
        pdf.flush()
        target = str(PICTURES / "invoice")
        subprocess.run(
            ["pdftoppm", "-singlefile", "-r", "110", "-png", pdf.name, target], check=True
        )


def _addresses(running: subprocess.Popen[str]) -> tuple[str, str]:
    told = ""
    assert running.stdout is not None
    for line in running.stdout:
        told += line
        entry, invoice = ENTRY.search(told), INVOICE.search(told)
        if entry and invoice:
            return entry.group(), invoice.group()
    raise SystemExit(f"the demo ended without telling its addresses:\n{told}")


def _size(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}


if __name__ == "__main__":
    main()
