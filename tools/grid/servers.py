"""The grid's columns: the servers, in each way in which they can be spoken with."""

from __future__ import annotations

import dataclasses
import os
import pathlib

ADDRESS = "127.0.0.2"  # mail.example.org
WAYS = {"clear": "clear", "starttls": "STARTTLS", "stls": "STLS", "tls": "TLS"}


@dataclasses.dataclass(frozen=True)
class Server:
    name: str
    protocol: str
    program: str  # below the build's directory
    section: str  # of kit.ini
    services: dict  # way: (key, port)
    maker: str = ""  # of a lab's server: "yours", "solution"

    def columns(self) -> list[Column]:
        return [Column(self, way) for way in self.services]


@dataclasses.dataclass(frozen=True)
class Column:
    server: Server
    way: str

    @property
    def title(self) -> str:
        """What it is called in what is printed, and what --json says."""
        return f"{self.server.name} {self.label}"

    @property
    def label(self) -> str:
        return self.server.maker or WAYS[self.way]

    @property
    def port(self) -> int:
        return self.server.services[self.way][1]

    def command(self, root: pathlib.Path, build: pathlib.Path, files: pathlib.Path, store: pathlib.Path) -> list[str]:
        """Its command line; `files` has copies of what it must read."""
        words = [str(build / self.server.program), "-c", str(files / "kit.ini")]
        options = {
            "mail.store": store, "mail.accounts": files / "accounts", "mail.certificate": files / "mail.pem",
            "mail.key": files / "mail.key",
            # Where it is not spoken with, it does not listen.
            **{f"{self.server.section}.{key}": "" for key, _ in self.server.services.values()},
            f"{self.server.section}.{self.server.services[self.way][0]}": f"{ADDRESS}:{self.port}",
        }
        for key, value in options.items():
            words += ["-o", f"{key}={value}"]
        return [*words, "--ready-fd", "1"]


def own(lab: str, protocol: str, port: int) -> list[Server]:
    """A lab's server: the student's, and the solution."""
    section = lab.partition("-")[2]
    return [Server(lab, protocol, f"{place}/{lab}", section, {"clear": ("listen", port)}, maker)
            for place, maker in (("labs", "yours"), ("solutions", "solution"))]


SERVERS = [
    Server("smtpd", "smtp", "bin/smtpd", "smtpd",
           {"clear": ("listen", 25), "starttls": ("submission", 587), "tls": ("submissions", 465)}),
    *own("09-smtp-server", "smtp", 25),
    Server("pop3d", "pop3", "bin/pop3d", "pop3d",
           {"clear": ("listen", 110), "stls": ("listen", 110), "tls": ("pop3s", 995)}),
    *own("10-pop3-server", "pop3", 110),
]


def built(build: pathlib.Path, protocol: str) -> list[Column]:
    """The columns of a protocol whose servers are there."""
    servers = [server for server in SERVERS if server.protocol == protocol and os.access(build / server.program, os.X_OK)]
    return [column for server in servers for column in server.columns()]
