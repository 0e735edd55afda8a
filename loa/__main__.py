"""`python -m loa` is the command `loa`."""

from loa.cli import app

if __name__ == "__main__":
    app()
