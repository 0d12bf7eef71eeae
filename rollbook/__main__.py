"""`python -m rollbook`."""

from rollbook.cli import main

main(prog_name="rollbook")
