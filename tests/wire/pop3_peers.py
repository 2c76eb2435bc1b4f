"""The hostile peers between our pop3 and our pop3d: what the client says to each. (tests/unit/peers_pop3.c has
their bytes; those who shake hands themselves can only be tried with real programs.)"""
import os
import subprocess
import unittest

from smtpd import BUILD, PATIENCE

PLACE = BUILD / "run" / "tests" / "pop3-peers"
PASSWORDS = dict(line.split() for line in (BUILD / "lab" / "passwords.txt").read_text().splitlines())

# How pop3 is called; the peer; and its exit status, and what it says last on stderr, or, where all is well, begins
# to say on stdout.
FINE = "+OK "
CASES = (
    ("--tls", "bad-cert=expired", 1, "the certificate expired on "),
    ("--tls", "bad-cert=wrong-host", 1, "the certificate is for www.example.org, not for mail.example.org"),
    ("--tls", "bad-cert=self-signed", 1, "the certificate is self-signed"),
    ("--tls", "only-tls=1.1", 1, "neither TLS 1.2 nor TLS 1.3"),
    ("--tls", "only-tls=1.2", 0, FINE),
    ("--tls", "tls-garbage", 1, "does not speak TLS"),
    ("--tls", "tls-tamper=3", 1, "TLS: "),
    ("--tls", "one-byte", 0, FINE),
    ("--stls", "bad-cert=expired", 1, "the certificate expired on "),
    ("--stls", "only-tls=1.3", 0, FINE),
    ("--stls", "strip-starttls", 1, "does not offer STLS"),
    ("--stls", "no-capa", 1, "does not offer STLS"),
    ("--stls", "refuse-starttls", 1, "-ERR [SYS/TEMP] TLS not available"),
    ("--stls", "inject-starttls", 1, "in clear where TLS must begin"),
    ("--stls", "busy", 1, "-ERR [SYS/TEMP] Too many connections"),
    ("--stls", "late-banner=100", 0, FINE),
    ("--stls", "coalesced", 0, FINE),
)


def meet(way, peer):
    name = "%s-%s" % (way.strip("-"), peer.replace("=", "-"))
    port, run = ("995", "implicit") if way == "--tls" else ("110", "stls")
    return subprocess.run(
        [BUILD / "bin" / "wire", "start", "7", "--run", run, "--peer", peer, "--run-directory", PLACE / name, "--",
         "pop3", way, "--user", "bob@example.org", "mail.example.org", port],
        input="STAT\n", capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        env={**os.environ, "KIT_PASSWORD": PASSWORDS["bob@example.org"]})


class Peers(unittest.TestCase):
    def test_what_the_client_says_to_each(self):
        for way, peer, status, words in CASES:
            with self.subTest("%s %s" % (way, peer)):
                done = meet(way, peer)
                self.assertEqual(done.returncode, status, done)
                if status == 0:
                    self.assertTrue(done.stdout.startswith(words), done)
                else:
                    self.assertIn(words, done.stderr.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
