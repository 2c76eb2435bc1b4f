#!/usr/bin/env python3
"""A column of the grid, in the lab network: column.py BUILD DIRECTORY PROTOCOL COLUMN CLIENT…

COLUMN and each CLIENT are titles. For each client one line of JSON on standard output, as soon as it is decided:
{"client": …, "passed": true | false | null, "reason": …, "ran": …}; null: its program is not installed.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import sys

import clients
import servers
from exchange import Failed, Place, exchange

ROOT = pathlib.Path(__file__).resolve().parents[2]


def decide(place: Place, column: servers.Column, client: clients.Client, directory: pathlib.Path) -> dict:
    if client.find(place.build) is None:
        return {"passed": None, "reason": f"not installed: {client.package}", "ran": ""}
    try:
        exchange(place, column, client, directory)
    except Failed as failed:
        return {"passed": False, "reason": failed.reason, "ran": failed.ran}
    shutil.rmtree(directory)
    return {"passed": True, "reason": "", "ran": ""}


def main(build: str, directory: str, protocol: str, title: str, *chosen: str) -> None:
    place = Place(ROOT, pathlib.Path(build))
    column = next(column for column in servers.built(place.build, protocol) if column.title == title)
    for client in clients.of(protocol, place.build):
        if client.title in chosen:
            cell = decide(place, column, client, pathlib.Path(directory) / client.title.replace(" ", "-"))
            print(json.dumps({"client": client.title, **cell}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
