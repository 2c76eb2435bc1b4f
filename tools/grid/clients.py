"""The grid's rows: the clients, and what is typed to let each send a letter or fetch a mailbox.

A client is a row of CLIENTS: a function that makes the command lines for a Job. The letter that a client of SMTP
sends is the file job.letter; a client of POP3 puts what it fetches into job.got, a file for each message.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import sys
import typing

HOST, CLIENT = "mail.example.org", "client.example.org"
ALICE, BOB = "alice@example.org", "bob@example.org"
HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Job:
    """One exchange."""

    directory: pathlib.Path
    way: str  # "clear"; "starttls" or "stls"; "tls"
    port: int
    password: str  # of who logs in: alice sends, bob fetches
    authority: str  # the certificate that is trusted
    program: str  # of the client
    keep: bool = False  # what is fetched stays there
    count: int = 0  # so many messages lie there

    def __post_init__(self):
        self.letter, self.text = self.directory / "letter.eml", self.directory / "text"
        self.attachment, self.got = self.directory / "attachment.bin", self.directory / "got"
        self.secret = self.write("password", self.password + "\n")

    @property
    def encrypted(self) -> bool:
        return self.way != "clear"

    def write(self, name: str, text: str, mode: int = 0o600) -> str:
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return str(path)


@dataclasses.dataclass
class Command:
    words: list[str]
    input: bytes = b""


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    protocol: str
    program: str  # a name to be looked up, or a path below the build's directory
    commands: typing.Callable[[Job], list[Command]]
    package: str = ""  # Debian's, for one that is not the kit's
    maker: str = ""  # "yours"
    composes: bool = False  # it writes the message itself

    def find(self, build: pathlib.Path) -> str | None:
        """Its program, or None when it is not there."""
        if "/" in self.program:
            return str(build / self.program) if os.access(build / self.program, os.X_OK) else None
        return sys.executable if self.program == "python3" else shutil.which(self.program)

    @property
    def title(self) -> str:
        return f"{self.name} {self.maker}".strip()


# SMTP: job.letter from alice to bob, after a login where TLS is on.


def kit_smtp(job: Job, *letter: str) -> list[Command]:
    words = [job.program, "--name", CLIENT, "--from", ALICE, "--to", BOB, "--timeout", "20"]
    if job.encrypted:
        words += [f"--{job.way}", "--ca", job.authority, "--auth", ALICE, "--password-file", job.secret]
    return [Command([*words, HOST, str(job.port), *(letter or [str(job.letter)])])]


def kit_mime(job: Job) -> list[Command]:
    from letters import SUBJECT
    return kit_smtp(job, "--subject", SUBJECT, "--attach", str(job.attachment), str(job.text))


def curl_smtp(job: Job) -> list[Command]:
    wire = job.directory / "letter.crlf"  # curl sends the file's line ends as they are
    wire.write_bytes(job.letter.read_bytes().replace(b"\n", b"\r\n"))
    words = [job.program, "-q", "-sS", "--mail-from", ALICE, "--mail-rcpt", BOB, "--upload-file", str(wire)]
    return [Command([*words, *curl_login(job, ALICE), f"smtp{'s' * (job.way == 'tls')}://{HOST}:{job.port}/{CLIENT}"])]


def curl_login(job: Job, user: str) -> list[str]:
    words = ["--cacert", job.authority, *(["--ssl-reqd"] if job.encrypted else [])]
    if job.encrypted or user == BOB:
        words += ["--config", job.write("curlrc", f'user = "{user}:{job.password}"\n')]
    return words


def swaks(job: Job) -> list[Command]:
    letter = job.directory / "letter.swaks"  # swaks adds a line end of its own
    letter.write_bytes(job.letter.read_bytes().removesuffix(b"\n"))
    words = [job.program, "--config", job.write("swaksrc", f"--auth-password {job.password}\n" * job.encrypted),
             "--server", HOST, "--port", str(job.port), "--helo", CLIENT, "--from", ALICE, "--to", BOB,
             "--data", f"@{letter}"]
    if job.encrypted:
        words += ["--tls" if job.way == "starttls" else "--tls-on-connect", "--tls-verify", "--tls-ca-path",
                  job.authority, "--auth", "PLAIN", "--auth-user", ALICE]
    return [Command(words)]


def msmtp(job: Job) -> list[Command]:
    settings = f"account default\nhost {HOST}\nport {job.port}\ndomain {CLIENT}\nfrom {ALICE}\n"
    if job.encrypted:
        settings += (f"tls on\ntls_starttls {'on' if job.way == 'starttls' else 'off'}\n"
                     f"tls_trust_file {job.authority}\nauth plain\nuser {ALICE}\npassword {job.password}\n")
    return [Command([job.program, f"--file={job.write('msmtprc', settings)}", BOB], job.letter.read_bytes())]


def mutt(job: Job) -> list[Command]:
    from letters import SUBJECT
    login = ALICE.replace("@", "%40") + "@" if job.encrypted else ""
    tls = "yes" if job.way == "starttls" else "no"
    settings = (f'set smtp_url="smtp{"s" * (job.way == "tls")}://{login}{HOST}:{job.port}/" smtp_pass="{job.password}"\n'
                f'set ssl_starttls={tls} ssl_force_tls={tls} ssl_ca_certificates_file="{job.authority}"\n'
                f'set from="{ALICE}" use_envelope_from=yes hostname={CLIENT} smtp_authenticators=plain\n'
                f'set use_8bitmime=no send_charset=utf-8 charset=utf-8 copy=no tmpdir="{job.directory}"\n')
    return [Command([job.program, "-n", "-F", job.write("muttrc", settings), "-s", SUBJECT, "-a", str(job.attachment),
                     "--", BOB], job.text.read_bytes())]


def with_smtplib(job: Job) -> list[Command]:
    return [Command([job.program, "-B", str(HERE / "send.py"), job.way, HOST, str(job.port), ALICE, BOB, str(job.letter),
                     job.secret])]


# POP3: bob's mailbox into job.got.


def kit_pop3(job: Job) -> list[Command]:
    words = [job.program, "--fetch", str(job.got), *(["--keep"] if job.keep else []), "--user", BOB,
             "--password-file", job.secret, "--timeout", "20"]
    if job.encrypted:
        words += [f"--{job.way}", "--ca", job.authority]
    return [Command([*words, HOST, str(job.port)])]


def curl_pop3(job: Job) -> list[Command]:
    url = f"pop3{'s' * (job.way == 'tls')}://{HOST}:{job.port}/"
    words = [job.program, "-q", "-sS", *curl_login(job, BOB)]
    fetch = [Command([*words, "--output", str(job.got / str(number)), f"{url}{number}"]) for number in numbers(job)]
    # Each of curl's sessions ends with QUIT: what is deleted is gone, and the next message is the first.
    delete = [Command([*words, "-l", "--request", "DELE", f"{url}1"]) for _ in numbers(job) if not job.keep]
    return fetch + delete


def numbers(job: Job) -> range:
    return range(1, job.count + 1)


def with_poplib(job: Job) -> list[Command]:
    return [Command([job.program, "-B", str(HERE / "fetch.py"), job.way, HOST, str(job.port), BOB, job.secret, str(job.got),
                     *(["--keep"] if job.keep else [])])]


def agent(job: Job) -> str:
    """A program that is handed each message."""
    return job.write("agent", f'#!/bin/sh\nexec cat >"{job.got}/$(date +%s.%N).$$"\n', 0o700)


def fetchmail(job: Job) -> list[Command]:
    check = f'sslcertck sslcertfile "{job.authority}" sslcertpath "{job.directory}"'
    tls = {"clear": 'sslproto ""', "stls": f'sslproto "tls1.2+" {check}', "tls": f"ssl {check}"}[job.way]
    settings = (f'poll {HOST} proto pop3 port {job.port} auth password uidl user "{BOB}" password "{job.password}" {tls} '
                f'mda "{agent(job)}" {"keep" if job.keep else "no keep"} no rewrite\n')
    return [Command([job.program, "--fetchmailrc", job.write("fetchmailrc", settings), "--idfile", str(job.directory / "ids"),
                     "--pidfile", str(job.directory / "pid"), "--invisible", "--nosyslog"])]


def mpop(job: Job) -> list[Command]:
    tls = f"tls on\ntls_starttls {'on' if job.way == 'stls' else 'off'}\ntls_trust_file {job.authority}\n"
    settings = (f"account default\nhost {HOST}\nport {job.port}\nuser {BOB}\npassword {job.password}\nauth user\n"
                f"keep {'on' if job.keep else 'off'}\nreceived_header off\nuidls_file {job.directory / 'uidls'}\n"
                f"delivery mda \"{agent(job)}\"\n" + (tls if job.encrypted else "tls off\n"))
    return [Command([job.program, f"--file={job.write('mpoprc', settings)}", "--quiet"])]


CLIENTS = [
    Client("smtp", "smtp", "bin/smtp", kit_smtp),
    *(Client(lab, "smtp", f"labs/{lab}", kit_smtp, maker="yours") for lab in ("03-smtp-send", "04-base64-auth", "05-tls")),
    Client("06-mime", "smtp", "labs/06-mime", kit_mime, maker="yours", composes=True),
    Client("curl", "smtp", "curl", curl_smtp, "curl"),
    Client("swaks", "smtp", "swaks", swaks, "swaks libnet-ssleay-perl"),
    Client("msmtp", "smtp", "msmtp", msmtp, "msmtp"),
    Client("mutt", "smtp", "mutt", mutt, "mutt libsasl2-modules", composes=True),
    Client("smtplib", "smtp", "python3", with_smtplib),
    Client("pop3", "pop3", "bin/pop3", kit_pop3),
    Client("07-pop3-client", "pop3", "labs/07-pop3-client", kit_pop3, maker="yours"),
    Client("curl", "pop3", "curl", curl_pop3, "curl"),
    Client("poplib", "pop3", "python3", with_poplib),
    Client("fetchmail", "pop3", "fetchmail", fetchmail, "fetchmail"),
    Client("mpop", "pop3", "mpop", mpop, "mpop"),
]


def of(protocol: str, build: pathlib.Path) -> list[Client]:
    """The rows of a protocol: those of the kit that are built, and all others."""
    return [client for client in CLIENTS if client.protocol == protocol and (client.package or client.find(build))]
