#!/usr/bin/env python3
"""Every client with every server: grid.py [NAME…] [--json | --plain] [-j N]

A row for each client of mail, the kit's, yours and other people's; a column for each server, in each way in which it
can be spoken with. A cell is one real exchange in the lab network, judged by its result: ✓ it went well; ✗ it did not,
and below the table stands what was run and what it said; – the client is not installed.

Exit status: 0 all went well, 1 not all, 2 the grid could not be made.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import clients
import servers
from tables import Cell, Style, Table, draw, failures, summary

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("KIT_BUILD", ROOT / "build")).resolve()
SECONDS = 240  # for a column; what is not decided by then is ✗
PROTOCOLS = ("smtp", "pop3")


class Unable(Exception):
    """There is no grid: why, and what to do."""


@dataclasses.dataclass
class Task:
    """A column and the clients to try it with."""

    protocol: str
    column: servers.Column
    clients: list[clients.Client]


class Progress:
    """How many cells are decided, on a terminal."""

    def __init__(self, total: int, shown: bool):
        self.total, self.shown, self.count = total, shown, 0
        self.lock = threading.Lock()

    def step(self) -> None:
        with self.lock:
            self.count += 1
            if self.shown:
                sys.stderr.write(f"\r{self.count} of {self.total} exchanges ")
                sys.stderr.flush()

    def end(self) -> None:
        if self.shown:
            sys.stderr.write("\r\033[K")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kit grid", description="Every client with every server: the table of passes.",
                                     epilog="Exit status: 0 all went well, 1 not all, 2 the grid could not be made.")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="only clients and servers with these names: curl, smtpd, 09-smtp-server …; yours: what you have a part in")
    parser.add_argument("--json", action="store_true", help="for programs: a list of the cells")
    parser.add_argument("--plain", action="store_true", help="ASCII without colour, as where it does not go to a terminal")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                        help="so many columns at once (standard: one for each processor)")
    return parser.parse_args(arguments)


def choose(names: list[str]) -> list[Task]:
    """The cells that are wanted. A name of a client leaves the other clients out, one of a server the other servers;
    one of both, "yours", leaves out what neither side of a cell has."""
    pairs = [(protocol, column, client) for protocol in PROTOCOLS for column in servers.built(BUILD, protocol)
             for client in clients.of(protocol, BUILD)]
    of_columns = {name for name in names for _, column, _ in pairs if matches(column, name)}
    of_rows = {name for name in names for _, _, client in pairs if matches(client, name)}
    for name in names:
        if name not in of_columns | of_rows:
            raise Unable(f"there is no client or server '{name}'")
    both = of_columns & of_rows
    wanted = [(protocol, column, client) for protocol, column, client in pairs
              if has_one(column, of_columns - both) and has_one(client, of_rows - both)
              and (has_one(column, both) or has_one(client, both))]
    tasks: dict[str, Task] = {}
    for protocol, column, client in wanted:
        tasks.setdefault(column.title, Task(protocol, column, [])).clients.append(client)
    return list(tasks.values())


def matches(one: clients.Client | servers.Column, name: str) -> bool:
    return name in (one.title, *one.title.split())


def has_one(one: clients.Client | servers.Column, names: set[str]) -> bool:
    """Whether it has one of the names, or there are none to have."""
    return not names or any(matches(one, name) for name in names)


def is_private() -> bool:
    """Whether each lab network is one of its own, so that several can run at once."""
    found = subprocess.run([str(BUILD / "bin/wire"), "network", "--", "printenv", "WIRE_NETWORK"], stdout=subprocess.PIPE,
                           check=False)
    if found.returncode != 0:
        raise Unable("there is no lab network")
    return found.stdout.strip() == b"private"


class Running:
    """The columns that are being made, so that Ctrl-C can end them."""

    def __init__(self):
        self.lock, self.processes, self.over = threading.Lock(), set(), False

    def start(self, *args, **options) -> subprocess.Popen:
        with self.lock:
            if self.over:
                raise Unable("interrupted")
            process = subprocess.Popen(*args, start_new_session=True, **options)
            self.processes.add(process)
            return process

    def end(self) -> None:
        """Kills them; a lab network takes all that is in it along."""
        with self.lock:
            self.over = True
            for process in self.processes:
                process.kill()


def run_column(task: Task, directory: pathlib.Path, progress: Progress, running: Running) -> list[Cell]:
    here = directory / task.column.title.replace(" ", "-")
    command = [str(BUILD / "bin/wire"), "network", "--writable", str(directory), "--", sys.executable, "-B",
               str(ROOT / "tools/grid/column.py"), str(BUILD), str(here), task.protocol, task.column.title, *(client.title for client in task.clients)]
    cells = {}
    here.mkdir()
    with open(here / "log", "w+", encoding="utf-8") as log, running.start(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log) as process:
        over = threading.Timer(SECONDS, process.kill)
        over.start()
        try:
            for line in process.stdout:
                cell = json.loads(line)
                cells[cell["client"]] = Cell(task.protocol, column=task.column.title, **cell)
                progress.step()
        finally:
            over.cancel()
            process.kill()
        process.wait()
        log.seek(0)
        if process.returncode > 0:
            raise Unable(f"{task.column.title}: {(log.read().splitlines() or ['it does not say why'])[-1]}")
    late = f"it was not reached within {SECONDS} s"
    return [cells.get(client.title) or Cell(task.protocol, client.title, task.column.title, False, late, "")
            for client in task.clients]


def run(tasks: list[Task], jobs: int, shown: bool) -> list[Cell]:
    directory = BUILD / "run/grid"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    progress = Progress(sum(len(task.clients) for task in tasks), shown)
    running = Running()
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs if is_private() else 1)) as pool:
        made = [pool.submit(run_column, task, directory, progress, running) for task in tasks]
        try:
            columns = [column.result() for column in made]
        finally:
            running.end()
            progress.end()
    return [cell for column in columns for cell in column]


def tables(tasks: list[Task], cells: list[Cell]) -> list[Table]:
    made = []
    for protocol in PROTOCOLS:
        of = [task for task in tasks if task.protocol == protocol]
        if of:
            found = {(cell.client, cell.column): cell for cell in cells if cell.protocol == protocol}
            tried = {client.title for task in of for client in task.clients}
            rows = [client.title for client in clients.CLIENTS if client.protocol == protocol and client.title in tried]
            made.append(Table(protocol, rows,
                              [(task.column.server.name, task.column.label) for task in of], found))
    return made


def packages(tasks: list[Task], cells: list[Cell]) -> list[str]:
    """What to install for the clients that are missing."""
    missing = {(cell.protocol, cell.client) for cell in cells if cell.passed is None}
    return sorted({client.package for task in tasks for client in task.clients
                   if (task.protocol, client.title) in missing})


def show(tasks: list[Task], cells: list[Cell], plain: bool) -> None:
    terminal = sys.stdout.isatty() and not plain
    style = Style(terminal and "utf" in (sys.stdout.encoding or "").lower(), terminal and not os.environ.get("NO_COLOR"))
    for table in tables(tasks, cells):
        print("\n".join(["", *draw(table, style)]))
    told = failures(cells, style, shutil.get_terminal_size().columns if terminal else None)
    print("\n".join([*([""] if told else []), *told, "", *summary(cells, packages(tasks, cells))]))


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        tasks = choose(options.names)
        if not tasks:
            raise Unable("nothing to do: these clients and servers do not speak with each other, or are not built")
        cells = run(tasks, options.jobs, sys.stderr.isatty() and not options.json)
    except (Unable, OSError) as error:
        print(f"kit grid: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if options.json:
        print(json.dumps({"cells": [dataclasses.asdict(cell) for cell in cells], "install": packages(tasks, cells)}, indent=1))
    else:
        show(tasks, cells, options.plain)
    return 1 if any(cell.passed is False for cell in cells) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
