"""`python -m khata.cli` is `khata`."""


def main() -> None:
    """Run the command. Ctrl-C while everything is still being loaded is an end, not a fault."""
    try:
        from khata.cli.main import app

        app(prog_name="khata")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
