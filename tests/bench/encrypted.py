"""What the bench measures of TLS: handshakes a second, and messages a second under STARTTLS.

Handshakes: `openssl s_time` makes full handshakes (TLS 1.3, no session taken up again), several of it at
once, with smtpd on its port for implicit TLS and with `openssl s_server`, which does nothing else, serves one
client after the other, and has the same certificate. Messages: bench-source sends over a new connection each, in clear and under STARTTLS,
to smtpd, and under STARTTLS to Postfix, until the last message is in its Maildir.
"""
import os
import re
import shutil
import statistics
import subprocess
import time

import peers
import postfix
from smtpd import BUILD, SERVICES, Smtpd
from targets import OCTETS, PATIENCE, count, only_on
from watch import Watch

TLS = BUILD / "lab/tls"
NAME = "mail.example.org"
S_SERVER = ("127.0.0.4", 4433)
HANDSHAKERS = (1, 4)  # s_time at once
SESSIONS = 10

POSTFIX = f"""
in_flow_delay = 0
smtpd_tls_security_level = may
smtpd_tls_cert_file = {postfix.HOME}/etc/chain.pem
smtpd_tls_key_file = {postfix.HOME}/etc/key.pem
"""


def handshakes(places, host, port, clients, seconds):
    """Handshakes a second."""
    command = ["openssl", "s_time", "-connect", "%s:%d" % (host, port), "-CAfile", str(TLS / "ca.pem"), "-new",
               "-time", str(max(1, round(seconds)))]
    with only_on(places.generator):
        begin = time.perf_counter()
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                   for _ in range(clients)]
        said = [process.communicate(timeout=PATIENCE)[0] for process in running]
        seconds = time.perf_counter() - begin
    made = [int(re.search(r"(?m)^(\d+) connections in \d+ real seconds", text).group(1)) for text in said]
    assert all(made), "no handshakes with %s:%d" % (host, port)
    return sum(made) / seconds


def send(places, host, port, recipient, messages, tls):
    """The seconds that bench-source takes."""
    command = [str(BUILD / "tests/bench-source"), host, str(port), str(SESSIONS), str(messages), str(OCTETS),
               "alice@example.org", recipient]
    with only_on(places.generator):
        done = subprocess.run(command + [str(TLS / "ca.pem"), NAME] * tls, stdout=subprocess.PIPE, check=True,
                              timeout=PATIENCE)
    return float(done.stdout)


class OpenSSL:
    """openssl s_server, with nothing behind it."""

    def __init__(self, places):
        with only_on(places.server):
            self.process = subprocess.Popen(
                ["openssl", "s_server", "-accept", "%s:%d" % S_SERVER, "-cert", str(TLS / "mail.pem"),
                 "-cert_chain", str(TLS / "mail.pem"), "-key", str(TLS / "mail.key"), "-quiet", "-www"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert peers.until_open(self.process, *S_SERVER), "openssl s_server does not start"

    def stop(self):
        self.process.kill()
        self.process.wait()


def to_smtpd(places, server, messages, tls):
    """Messages a second."""
    before = count(server.mailbox("bob"))
    seconds = send(places, server.host, server.port, "bob@example.org", messages, tls)
    stored = count(server.mailbox("bob")) - before
    assert stored == messages, "smtpd took %d messages and has %d" % (messages, stored)
    return messages / seconds


def to_postfix(places, instance, messages):
    """Messages a second, until all are in the Maildir."""
    with Watch(instance.store("dave")) as mailbox:
        begin = time.perf_counter()
        send(places, instance.address, instance.port, "dave@example.com", messages, True)
        assert mailbox.wait_for(messages, PATIENCE), "Postfix has not delivered everything"
        return messages / (time.perf_counter() - begin)


def measure(directory, places, rounds, seconds):
    """{what: the figure of each round}."""
    rates = {"clear": [], "STARTTLS": [], "Postfix": []}
    for clients in HANDSHAKERS:
        rates["s_server %d" % clients], rates["smtpd %d" % clients] = [], []
    missing = postfix.why_not()
    server = Smtpd(store=directory / "smtpd-tls", tls=True).start()
    openssl = OpenSSL(places)
    instance = None
    try:
        os.sched_setaffinity(server.process.pid, places.server)
        if not missing:
            files = {"chain.pem": (TLS / "mail.pem").read_bytes(), "key.pem": (TLS / "mail.key").read_bytes()}
            instance = postfix.Postfix(directory / "postfix-tls", log=False, settings=POSTFIX, files=files)
            with only_on(places.server):
                instance.__enter__()
        submissions = (SERVICES["submissions"], server.ports[SERVICES["submissions"]])
        messages = max(SESSIONS, int(to_smtpd(places, server, 5 * SESSIONS, True) * seconds))
        for _ in range(rounds):
            for clients in HANDSHAKERS:
                rates["s_server %d" % clients].append(handshakes(places, *S_SERVER, clients, seconds))
                rates["smtpd %d" % clients].append(handshakes(places, *submissions, clients, seconds))
            os.sync()
            rates["clear"].append(to_smtpd(places, server, messages, False))
            rates["STARTTLS"].append(to_smtpd(places, server, messages, True))
            if instance:
                rates["Postfix"].append(to_postfix(places, instance, messages))
    finally:
        if instance:
            instance.__exit__()
        openssl.stop()
        server.stop()
        server.remove()
        shutil.rmtree(directory / "smtpd-tls", ignore_errors=True)
    return {"rates": rates, "missing": missing}


def print_table(result):
    """Figures are medians, ratios medians of the rounds' ratios."""
    rates = result["rates"]

    def ratio(ours, theirs):
        if not rates[theirs]:
            return "-"
        return "%.2f" % statistics.median(a / b for a, b in zip(rates[ours], rates[theirs]))

    def figure(name):
        return "%.0f" % statistics.median(rates[name]) if rates[name] else "-"

    print("\nTLS 1.3, P-256")
    for clients in HANDSHAKERS:
        ours, theirs = "smtpd %d" % clients, "s_server %d" % clients
        print("  handshakes a second, %d at once   smtpd %s, openssl s_server %s; smtpd/s_server %s"
              % (clients, figure(ours), figure(theirs), ratio(ours, theirs)))
    print("  messages a second, %d sessions    smtpd %s in clear, %s under STARTTLS; Postfix %s under STARTTLS"
          % (SESSIONS, figure("clear"), figure("STARTTLS"), figure("Postfix")))
    print("                                     STARTTLS/clear %s; smtpd/Postfix %s"
          % (ratio("STARTTLS", "clear"), ratio("STARTTLS", "Postfix")))
    if result["missing"]:
        print("Postfix is left out: %s" % result["missing"])
