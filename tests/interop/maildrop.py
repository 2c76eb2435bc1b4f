"""The POP3 server that mail programs are tried with: pop3d, with smtpd delivering into the same Maildirs.

    with Maildrop("mail") as maildrop:      # the lab's certificate of that name
        maildrop.deliver(LETTER)            # through smtpd, to bob
        maildrop.put(b"no line end")        # as a file, as other programs deliver
        ...
        assert maildrop.messages() == []

It listens on mail.example.org:110 (STLS) and :995 (TLS), in the lab network. KIT_POP3=dovecot takes Dovecot's
POP3 server instead: what the tests demand must hold there, too.
"""
import os
import shutil
import smtplib
import tempfile
from pathlib import Path

from support import crlf, skip

import dovecot
import network
from pop3d import Pop3d
from smtpd import BUILD, HOSTNAME, PASSWORD, PATIENCE, Smtpd

USER = "bob@example.org"
PORTS = {"clear": 110, "stls": 110, "tls": 995}
TLS = BUILD / "lab/tls"
CA = str(TLS / "ca.pem")
WITH_DOVECOT = os.environ.get("KIT_POP3") == "dovecot"


def enter():
    """Into the lab network, or the end of the test as skipped; to be called before any test."""
    if WITH_DOVECOT and dovecot.why_no_pop3():
        skip(dovecot.why_no_pop3())
    network.enter(several_users=WITH_DOVECOT)


def start_pop3d(store, certificate):
    return Pop3d(store=store, options=(
        "pop3d.listen=127.0.0.2:110", "pop3d.pop3s=127.0.0.2:995", "mail.certificate=%s.pem" % (TLS / certificate),
        "mail.key=%s.key" % (TLS / certificate)))


def start_dovecot(directory, store, certificate, address="127.0.0.2"):
    files = {"chain.pem": (TLS / (certificate + ".pem")).read_bytes(), "key.pem": (TLS / (certificate + ".key")).read_bytes()}
    return dovecot.Pop3(directory, {USER: PASSWORD}, files, address, store=store)


class Maildrop:
    """A mailbox that is delivered to and fetched from."""

    def __init__(self, certificate="mail"):
        self.directory = Path(tempfile.mkdtemp(prefix="maildrop.", dir=BUILD / "tests"))
        self.directory.chmod(0o755)
        store = self.directory / "mail"
        store.mkdir()
        self.smtpd = Smtpd(store=store)
        self.certificate = certificate
        self.maildir = store / "example.org/bob"
        for part in ("tmp", "new", "cur"):
            (self.maildir / part).mkdir(parents=True)
        self.count = 0
        self.server = None

    def __enter__(self):
        self.smtpd.start()
        self.start()
        return self

    def __exit__(self, *how):
        """A second time it does nothing."""
        if self.server is None:
            return
        self.stop()
        self.server = None
        self.smtpd.__exit__(*how)
        if how[0] is None:
            shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        self.count += 1
        store = self.directory / "mail"
        if WITH_DOVECOT:
            self.server = start_dovecot(self.directory / ("dovecot%d" % self.count), store, self.certificate)
        else:
            self.server = start_pop3d(store, self.certificate)
        self.server.__enter__()

    def stop(self):
        self.server.__exit__(None, None, None)

    def restart(self):
        """A server that was stopped and started anew."""
        self.stop()
        self.start()

    def deliver(self, letter):
        """Text, through smtpd."""
        with smtplib.SMTP(self.smtpd.host, self.smtpd.port, "client.example.org", PATIENCE) as peer:
            assert peer.sendmail("alice@example.org", [USER], crlf(letter), ["BODY=8BITMIME"]) == {}
        self._give()

    def put(self, octets):
        """Bytes as they are, as a file in new/."""
        self.count += 1
        (self.maildir / "new" / ("%d.put" % self.count)).write_bytes(octets)
        self._give()

    def _give(self):
        if WITH_DOVECOT:
            dovecot.give(self.directory / "mail")

    def messages(self):
        """What lies in the mailbox: bytes, in no particular order."""
        return [path.read_bytes() for part in ("new", "cur") for path in (self.maildir / part).iterdir()]

    def log(self):
        """What the POP3 server logged since it was started."""
        return self.server.log_text() if WITH_DOVECOT else self.server.log()
