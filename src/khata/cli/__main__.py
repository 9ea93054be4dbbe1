"""`python -m khata.cli` is `khata`."""

from khata.cli.main import app

if __name__ == "__main__":
    app(prog_name="khata")
