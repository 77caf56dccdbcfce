"""Lists as CSV, JSON or a table: a table on a terminal, CSV in a pipe, unless asked for otherwise."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table


class Format(StrEnum):
    """How a list is written."""

    CSV = "csv"
    JSON = "json"
    TABLE = "table"


FormatOption = Annotated[
    Format | None, typer.Option("--format", "-f", help="Default: a table on a terminal, CSV in a pipe.")
]
Cell = str | int | Decimal
_json = msgspec.json.Encoder(decimal_format="number")


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[Cell]], format_: Format | None) -> None:
    """Write a list; JSON is one array of objects, numbers as numbers."""
    chosen = format_ or (Format.TABLE if sys.stdout.isatty() else Format.CSV)
    match chosen:
        case Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
        case Format.JSON:
            objects = [dict(zip(columns, row, strict=True)) for row in rows]
            sys.stdout.write(msgspec.json.format(_json.encode(objects), indent=1).decode() + "\n")
        case Format.TABLE:
            table = Table(*columns, header_style="bold")
            empty = True
            for row in rows:
                empty = False
                table.add_row(*(str(cell) for cell in row))
            Console(markup=False, emoji=False).print("Nothing yet." if empty else table)
