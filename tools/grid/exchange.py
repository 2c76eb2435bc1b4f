"""One cell of the grid: a server with fresh mailboxes, a client that speaks with it, and what must then be true.

SMTP: bob's mailbox holds the letter, byte for byte, below headers that the server may have put before it.
POP3: the mailbox is fetched twice, and each time every message has come, byte for byte; the first time nothing may
be gone from the server, the second time all must be.

Runs in the lab network. What is a student's runs in the sandbox (wire sandbox).
"""

from __future__ import annotations

import email
import email.policy
import os
import pathlib
import re
import select
import shlex
import shutil
import signal
import subprocess

import letters
from clients import ALICE, BOB, Client, Command, Job
from servers import Column

PATIENCE = 30  # seconds for a client; on a machine that has nothing else to do all are done in less than one
START, STOP, LIFE = 20, 8, 120  # for a server: until it listens, to end when it is asked to, at all
ASKED = (-signal.SIGTERM, 128 + signal.SIGTERM)  # how a server may end that was asked to
SAID = 64 << 10  # octets that are looked at
TODO = re.compile(r"TODO \d+: [^\n]*")
KEPT = ("PATH", "SSL_CERT_FILE", "LD_PRELOAD", "RESOLV_MULTI", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")


class Failed(Exception):
    """The cell is ✗. Why, in a sentence, and the command that was run."""

    def __init__(self, reason: str, ran: str = ""):
        super().__init__(reason)
        self.reason, self.ran = reason, ran


class Place:
    """Where the kit is, and what is there for all cells."""

    def __init__(self, root: pathlib.Path, build: pathlib.Path):
        self.root, self.build = root, build
        lines = (build / "lab/passwords.txt").read_text("utf-8").splitlines()
        self.passwords = dict(line.split(" ", 1) for line in lines if " " in line)

    def confined(self, words: list[str], writable: pathlib.Path, *options: str) -> list[str]:
        """The command line that runs a student's program in the sandbox."""
        return [str(self.build / "bin/wire"), "sandbox", *options, "--write", str(writable), "--", *words]

    def shown(self, words: list[str]) -> str:
        return shlex.join(words).replace(f"{self.root}/", "")


def last_line(octets: bytes) -> str:
    """What a program said, in one line: what is not written yet, or else the last that it said."""
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in octets.decode("utf-8", "replace"))
    todo = TODO.search(text)
    if todo:
        return todo.group().strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


class Running:
    """The server, while in `with`."""

    def __init__(self, place: Place, column: Column, directory: pathlib.Path):
        self.column = column
        files, self.store = directory / "server", directory / "store"
        for path in (files, self.store):
            path.mkdir()
        for source in (place.root / "kit.ini", place.build / "lab/accounts", place.build / "lab/tls/mail.pem",
                       place.build / "lab/tls/mail.key"):
            shutil.copyfile(source, files / source.name)
        self.words = column.command(place.root, place.build, files, self.store)
        self.line = self.words
        if column.server.maker == "yours":
            self.line = place.confined(self.words, self.store, "--serves", "--seconds", str(LIFE), "--read", str(files))
        self.log = files / "log"
        self.place = place

    def __enter__(self) -> Running:
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                            start_new_session=True, cwd=self.log.parent, env=environment(self.log.parent))
        if not select.select([self.process.stdout], [], [], START)[0] or self.process.stdout.read(1) != b"\n":
            self.end(signal.SIGKILL)
            raise Failed(f"the server did not start: {self.said() or 'it does not say why'}", self.place.shown(self.words))
        return self

    def __exit__(self, *_) -> None:
        self.end(signal.SIGTERM)

    def end(self, how: int) -> None:
        self.process.send_signal(how)
        try:
            self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()

    def said(self) -> str:
        with open(self.log, "rb") as log:
            return last_line(log.read(SAID))

    def complaint(self) -> str:
        """When it has ended: what its part in a failure is. It broke down, or something is not written yet."""
        said, status = self.said(), self.process.returncode
        if status not in (0, *ASKED):
            return f"the server is gone (status {status}): {said}"
        return said if TODO.match(said) else ""

    def mailbox(self) -> pathlib.Path:
        name, _, domain = BOB.partition("@")
        return self.store / domain / name

    def messages(self) -> dict[str, bytes]:
        places = [self.mailbox() / part for part in ("new", "cur")]
        return {path.name.partition(":")[0]: lines(path.read_bytes())
                for place in places if place.is_dir() for path in place.iterdir()}


def lines(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n")


def environment(home: pathlib.Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("WIRE_")}
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb"}


def run(place: Place, client: Client, command: Command, directory: pathlib.Path) -> None:
    """Runs a client to its end, which must be a good one."""
    words = command.words
    if client.maker == "yours":
        words = place.confined(words, directory, "--seconds", str(PATIENCE))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=directory,
                          start_new_session=True, env=environment(directory)) as process:
        try:
            said, _ = process.communicate(command.input, PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed(f"it was stopped after {PATIENCE} s", place.shown(command.words)) from None
        finally:
            kill_group(process)
    if process.returncode != 0:
        said = last_line(said[-SAID:]) or "it does not say why"
        raise Failed(said if TODO.match(said) else f"status {process.returncode}: {said}", place.shown(command.words))


def kill_group(process: subprocess.Popen) -> None:
    """What the client has left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def difference(got: bytes, wanted: bytes) -> str:
    at = next((i for i, (one, other) in enumerate(zip(got, wanted)) if one != other), min(len(got), len(wanted)))
    piece = slice(max(0, at - 8), at + 16)
    return f"differs at byte {at}: {got[piece]!r} instead of {wanted[piece]!r}"


def judge_letter(message: bytes) -> str:
    """Why this is not the letter that was sent; "" when it is."""
    if message.endswith(letters.LETTER):
        before = message[:-len(letters.LETTER)]
        return "" if re.fullmatch(rb"([!-9;-~]+:[^\n]*\n([ \t][^\n]*\n)*)*", before) else f"before the letter stands {before!r:.80}"
    start = message.find(letters.LETTER[:20])
    return "the letter " + difference(message[max(0, start):], letters.LETTER)


def judge_composed(message: bytes) -> str:
    """Why this is not what the client was to write."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    body = parsed.get_body(("plain",))
    text = body.get_content() if body else ""
    attached = [part.get_payload(decode=True) for part in parsed.iter_attachments()] if parsed.is_multipart() else []
    if parsed["Subject"] != letters.SUBJECT:
        return f"the subject is {parsed['Subject']!r}"
    if text.replace("\r\n", "\n").rstrip("\n") != letters.TEXT.rstrip("\n"):
        return "the text " + difference(text.encode("utf-8", "surrogateescape"), letters.TEXT.encode())
    return "" if attached == [letters.ATTACHMENT] else "the attachment is not what was attached"


def send(place: Place, server: Running, client: Client, directory: pathlib.Path) -> None:
    job = Job(directory, server.column.way, server.column.port, place.passwords[ALICE],
              str(place.build / "lab/tls/ca.pem"), client.find(place.build))
    job.letter.write_bytes(letters.LETTER)
    job.text.write_text(letters.TEXT, encoding="utf-8")
    job.attachment.write_bytes(letters.ATTACHMENT)
    command, = client.commands(job)
    run(place, client, command, directory)
    messages = list(server.messages().values())
    if len(messages) != 1:
        raise Failed(f"it ended well, but bob's mailbox has {len(messages)} messages", place.shown(command.words))
    why = (judge_composed if client.composes else judge_letter)(messages[0])
    if why:
        raise Failed(why, place.shown(command.words))


def fill(server: Running) -> dict[str, bytes]:
    for part in ("tmp", "new", "cur"):
        (server.mailbox() / part).mkdir(parents=True)
    for number, message in enumerate(letters.MAILBOX, 1):
        (server.mailbox() / "new" / f"{number}.grid").write_bytes(message)
    return server.messages()


def taken(job: Job) -> list[bytes]:
    """What has come: the files in job.got, or in the Maildir that it is."""
    places = [job.got / "new", job.got / "cur"] if (job.got / "new").is_dir() else [job.got]
    return sorted(lines(path.read_bytes()) for place in places for path in place.iterdir() if path.is_file())


def fetch(place: Place, server: Running, client: Client, directory: pathlib.Path, keep: bool) -> None:
    before = server.messages()
    job = Job(directory, server.column.way, server.column.port, place.passwords[BOB], str(place.build / "lab/tls/ca.pem"),
              client.find(place.build), keep, len(before))
    job.got.mkdir()
    commands = client.commands(job)
    for command in commands:
        run(place, client, command, directory)
    ran = place.shown(commands[-1].words)
    got, wanted, left = taken(job), sorted(before.values()), server.messages()
    if len(got) != len(wanted):
        raise Failed(f"{len(got)} of {len(wanted)} messages came", ran)
    for one, other in zip(got, wanted):
        if one != other:
            raise Failed("a message " + difference(one, other), ran)
    if left != (before if keep else {}):
        raise Failed(f"{len(left)} of {len(before)} messages are left in the mailbox, "
                     f"{'all were to be kept' if keep else 'all were to be deleted'}", ran)


def exchange(place: Place, column: Column, client: Client, directory: pathlib.Path) -> None:
    """Raises Failed when the cell is ✗. `directory` is made, and stays then."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    server = Running(place, column, directory)
    rounds = [("sent",)] if column.server.protocol == "smtp" else [("kept", True), ("deleted", False)]
    if column.server.protocol == "pop3":
        fill(server)
    failed = None
    with server:
        for name, *keep in rounds:
            (directory / name).mkdir()
            try:
                (fetch if keep else send)(place, server, client, directory / name, *keep)
            except Failed as why:
                failed = why
                break
    complaint = server.complaint()
    if failed or server.process.returncode not in (0, *ASKED):
        raise Failed(complaint or failed.reason, failed.ran if failed else place.shown(server.words))
