"""`python -m schema.cli` is `ledger`."""

from schema.cli import main

main()
