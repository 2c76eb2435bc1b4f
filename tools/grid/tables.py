"""How the grid's results are printed: tables with marks, then what failed and why, then what is not installed."""

from __future__ import annotations

import dataclasses
import textwrap

MEANING = {
    "smtp": "SMTP: a letter to bob, which must lie in his mailbox byte for byte",
    "pop3": "POP3: bob's mailbox, fetched and kept, then fetched and deleted",
}


@dataclasses.dataclass
class Cell:
    protocol: str
    client: str
    column: str
    passed: bool | None
    reason: str
    ran: str


@dataclasses.dataclass
class Table:
    """One protocol."""

    protocol: str
    rows: list[str]  # titles of the clients
    columns: list[tuple[str, str]]  # (server, label); both make the title
    cells: dict[tuple[str, str], Cell]  # (client, column)


class Style:
    """What the reader can see: colour and signs on a terminal, else ASCII."""

    def __init__(self, rich: bool, colour: bool):
        signs = ("✓", "✗", "–") if rich else ("ok", "NO", "-")
        colours = ("\033[32m", "\033[1;31m", "\033[90m")
        keys = (True, False, None)
        self.signs = dict(zip(keys, signs))
        self.colours = dict(zip(keys, colours)) if colour else {}
        self.bold = "\033[1m{}\033[0m" if colour else "{}"
        self.arrow = "→" if rich else "->"

    def paint(self, passed: bool | None, text: str) -> str:
        return f"{self.colours[passed]}{text}\033[0m" if passed in self.colours else text


def draw(table: Table, style: Style) -> list[str]:
    """The table's lines. A server's name stands over its columns."""
    first = max(map(len, table.rows)) + 2
    widths = [len(label) + 3 for _, label in table.columns]
    groups: list[list] = []
    for (server, _), width in zip(table.columns, widths):
        if groups and groups[-1][0] == server:
            groups[-1][1] += width
        else:
            groups.append([server, width])
    for group in groups:
        missing = len(group[0]) + 3 - group[1]
        if missing > 0:  # the name is wider than its columns
            group[1] += missing
            last = max(i for i, (server, _) in enumerate(table.columns) if server == group[0])
            widths[last] += missing
    lines = [style.bold.format(MEANING[table.protocol]), ""]
    lines.append((" " * (first + 2) + "".join(name.ljust(width) for name, width in groups)).rstrip())
    lines.append((" " * (first + 2) + "".join(label.ljust(width) for (_, label), width in zip(table.columns, widths))).rstrip())
    for row in table.rows:
        line = "  " + row.ljust(first)
        for (server, label), width in zip(table.columns, widths):
            cell = table.cells.get((row, f"{server} {label}"))
            sign = style.signs[cell.passed] if cell else ""
            line += (style.paint(cell.passed, sign) if cell else "") + " " * (width - len(sign))
        lines.append(line.rstrip())
    return lines


def failures(cells: list[Cell], style: Style, width: int | None) -> list[str]:
    """A line for each ✗ that has a reason of its own, with all pairs that have it; below it what was run.

    Broken between words to the width of a terminal, but for command lines, which can be copied."""
    reasons: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.passed is False:
            reasons.setdefault(cell.reason, []).append(cell)
    lines = []
    for reason, same in reasons.items():
        for who, where in pairs(same):
            text = f"{who} {style.arrow} {where}: {reason}"
            parts = textwrap.wrap(text, width - 2, break_on_hyphens=False) if width else [text]
            lines += [f"{style.paint(False, style.signs[False])} {parts[0]}", *(f"  {part}" for part in parts[1:])]
        if same[0].ran:
            lines.append(f"    {same[0].ran}")
    return lines


def pairs(cells: list[Cell]) -> list[tuple[str, str]]:
    """(clients, columns) of cells: one pair when each client failed with each column, else one for each client."""
    rows: dict[str, list[str]] = {}
    for cell in cells:
        rows.setdefault(cell.client, []).append(cell.column)
    same: dict[tuple, list[str]] = {}
    for client, columns in rows.items():
        same.setdefault(tuple(columns), []).append(client)
    return [(", ".join(who), ", ".join(where)) for where, who in same.items()]


def summary(cells: list[Cell], packages: list[str]) -> list[str]:
    tried = [cell for cell in cells if cell.passed is not None]
    passed = sum(1 for cell in tried if cell.passed)
    lines = [f"{passed} of {len(tried)} exchanges went well"]
    if packages:
        absent = len({(cell.protocol, cell.client) for cell in cells if cell.passed is None})
        lines.append(f"{absent} of the clients {'is' if absent == 1 else 'are'} not installed: "
                     f"apt-get install {' '.join(packages)}")
    return lines
