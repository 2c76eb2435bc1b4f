"""Lab 09's server: what real programs deliver to smtpd, they deliver to it; and many of them at once.

In a build with a sanitizer (KIT_BUILD) the load is what it is there for.
"""
import importlib
import subprocess

from support import BUILD, PATIENCE, Delivery, Smtpd, main, skip, split, without_trace

import postfix

SESSIONS, MESSAGES, OCTETS = 20, 300, 4096

# Of each client those tests that are not about extensions which lab 09's server does not have.
CLIENTS = {
    "curl": ("test_letter", "test_several_recipients_one_refused", "test_all_refused", "test_megabytes"),
    "msmtp": ("test_letter", "test_recipients_of_the_header"),
    "mutt": ("test_letter", "test_several_recipients"),
    "s-nail": ("test_letter", "test_several_recipients"),
    "swaks": ("test_several_recipients",),
}


class Lab09(Smtpd):
    """The finished lab."""

    program, place = "09-smtp-server", "solutions"

    def write_listeners(self, ini, port, tls):
        ini.write("[smtp-server]\nlisten = 127.0.0.1:%d\n" % port)


def with_lab(client, names):
    """The tests of a client, with lab 09 as the server."""
    module = importlib.import_module("test_" + client)
    tests = next(one for one in vars(module).values()
                 if isinstance(one, type) and issubclass(one, Delivery) and one is not Delivery)
    left_out = {name: None for name in dir(tests) if name.startswith("test_") and name not in names}
    return type("Lab" + tests.__name__, (tests,), {"SERVER": Lab09, **left_out})


if not (BUILD / Lab09.place / Lab09.program).exists():
    skip("this tree has no solutions")
globals().update({"lab_" + client: with_lab(client, names) for client, names in CLIENTS.items()})


class Load(Delivery):
    """Many at once, while some others are silent in the middle of a letter."""

    SERVER = Lab09

    def test_many(self):
        if not postfix.has_tools():
            self.skipTest("smtp-source is not there: tests/interop/peers.sh fetches Postfix")
        silent = [self.server.connect().greet() for _ in range(5)]
        for peer in silent:
            for command, code in (("MAIL FROM:<>", 250), ("RCPT TO:<carol@example.org>", 250), ("DATA", 354)):
                self.assertEqual(peer.ask(command).code, code)
            peer.send(b"Subject: unfinished\r\n")
        source, environment = postfix.tool("smtp-source")
        subprocess.run(
            [source, "-s", str(SESSIONS), "-m", str(MESSAGES), "-l", str(OCTETS), "-M", "client.example.org",
             "-f", "alice@example.org", "-t", "bob@example.org", "%s:%d" % (self.server.host, self.server.port)],
            env=environment, check=True, timeout=PATIENCE)
        stored = self.server.messages("bob")
        self.assertEqual(len(stored), MESSAGES)
        numbers = {message.split(b" id ", 1)[1].split(b".", 1)[0] for message in stored}
        self.assertEqual(len(numbers), MESSAGES)
        self.assertEqual(len({split(without_trace(message))[1] for message in stored}), 1)
        for peer in silent:  # a stop waits for letters under way; these are given up
            peer.close()

    def test_one_after_the_other(self):
        with self.server.connect() as peer:
            peer.greet()
            for number in range(50):
                peer.send(b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<carol@example.org>\r\n"
                          b"DATA\r\n")
                self.assertEqual([peer.reply().code for _ in range(4)], [250, 250, 250, 354])
                peer.send(b"Subject: %d\r\n\r\n%s.\r\n" % (number, b"..\r\n" * number))
                self.assertEqual(peer.reply().code, 250)
            self.assertEqual(peer.ask("QUIT").code, 221)
        for user in ("bob", "carol"):
            bodies = sorted(len(split(without_trace(message))[1]) for message in self.server.messages(user))
            self.assertEqual(bodies, [2 * number for number in range(50)])


if __name__ == "__main__":
    main()
