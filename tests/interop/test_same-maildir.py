"""smtpd, mutt and Dovecot work in the Maildir on which pop3d has a session: nothing is lost, nothing is mixed up.

pop3d's session sees the mailbox as it was at its login, with the numbers, sizes and unique-ids of then, whatever the
others deliver, rename (new/ to cur/, flags) and delete meanwhile.
"""
import poplib
import re
import smtplib
import threading
import unittest

from support import LETTER, crlf, environment, main, require, skip

import dovecot
import maildrop
import network
from maildrop import PASSWORD, USER, start_dovecot
from on_terminal import on_terminal
from smtpd import HOSTNAME, PATIENCE

if dovecot.why_no_pop3():
    skip(dovecot.why_no_pop3())
MUTT = require("mutt", "mutt")
network.enter(several_users=True)

OTHER = "127.0.0.3"  # where Dovecot listens
ROUNDS = 12


def letter(number):
    return LETTER.replace("Subject: Selam", "Subject: %d." % number)


def number_of(message):
    return int(re.search(rb"(?m)^Subject: (\d+)\.$", message).group(1))


class Session:
    """One POP3 session, at either server."""

    def __init__(self, host):
        self.peer = poplib.POP3(host, 110, timeout=PATIENCE)
        self.peer.user(USER)
        self.peer.pass_(PASSWORD)

    def names(self):
        """{number of the message: unique-id}"""
        return {int(line.split()[0]): line.split()[1] for line in self.peer.uidl()[1]}

    def sizes(self):
        return {int(line.split()[0]): int(line.split()[1]) for line in self.peer.list()[1]}

    def fetch(self, number):
        """The message, with lines that end in LF; None: it is refused."""
        try:
            return b"".join(line + b"\n" for line in self.peer.retr(number)[1])
        except poplib.error_proto as error:
            if not str(error).startswith("b'-ERR"):
                raise  # the end of the session
            return None

    def quit(self):
        """Whether all that was to be deleted is."""
        try:
            return self.peer.quit().startswith(b"+OK")
        except poplib.error_proto:
            return False
        finally:
            self.peer.close()


class SameMaildir(unittest.TestCase):
    def setUp(self):
        self.drop = maildrop.Maildrop()
        self.drop.__enter__()
        self.addCleanup(self.drop.__exit__, None, None, None)

    def deliver(self, *numbers):
        for number in numbers:
            self.drop.deliver(letter(number))
        dovecot.give(self.drop.directory / "mail")

    def start_other(self):
        other = start_dovecot(self.drop.directory / "other", self.drop.directory / "mail", "mail", OTHER)
        other.__enter__()
        self.addCleanup(other.__exit__)

    def assert_whole(self, message, number=None):
        """The letter as it was sent, below what smtpd has put before it."""
        number = number_of(message) if number is None else number
        self.assertTrue(message.endswith(letter(number).encode()), message[:300])

    def mutt(self, keys):
        """mutt opens the Maildir, and is left with all changes made."""
        home = self.drop.directory / "home"
        home.mkdir(exist_ok=True)
        (home / "muttrc").write_text(
            'set folder="%s" tmpdir="%s" header_cache="" charset=utf-8 sort=subject\n'
            "set quit=yes delete=yes move=no confirmappend=no sleep_time=0 wait_key=no pager_stop=yes\n"
            'push "%s<quit>"\n' % (home, home, keys))
        return on_terminal([MUTT, "-n", "-F", str(home / "muttrc"), "-f", str(self.drop.maildir)],
                           {**environment(home), "TERM": "xterm"})

    def test_smtpd(self):
        self.deliver(1, 2)
        session = Session(HOSTNAME)
        names, sizes = session.names(), session.sizes()
        self.deliver(3)
        self.assertEqual((session.names(), session.sizes(), session.peer.stat()[0]), (names, sizes, 2))
        session.peer.dele(1)
        self.assertTrue(session.quit())
        session = Session(HOSTNAME)
        self.assertEqual(session.names()[1], names[2])
        for number in session.names():
            self.assert_whole(session.fetch(number))
        self.assertEqual({number_of(session.fetch(number)) for number in session.names()}, {2, 3})
        session.quit()

    def test_mutt(self):
        self.deliver(1, 2, 3)
        session = Session(HOSTNAME)
        names, sizes = session.names(), session.sizes()
        before = {number: session.fetch(number) for number in names}
        # It reads the first, and so moves it to cur/ with a flag; flags the second; deletes the third.
        said = self.mutt("<first-entry><display-message><exit><next-entry><flag-message><last-entry><delete-message>")
        left = sorted(path.name.partition(":")[2] for path in (self.drop.maildir / "cur").iterdir())
        self.assertEqual((left, list((self.drop.maildir / "new").iterdir())), (["2,F", "2,S"], []), said)
        self.assertEqual((session.names(), session.sizes()), (names, sizes))
        gone, = (number for number in names if number_of(before[number]) == 3)
        for number in names:
            self.assertEqual(session.fetch(number), None if number == gone else before[number])
        session.quit()
        session = Session(HOSTNAME)
        self.assertEqual(set(session.names().values()), set(names.values()) - {names[gone]})
        for number in session.names():
            session.peer.dele(number)
        self.assertTrue(session.quit())
        self.assertEqual(self.drop.messages(), [])

    def test_mutt_renames_before_the_update(self):
        # What has another name by now is deleted all the same.
        self.deliver(1, 2)
        session = Session(HOSTNAME)
        session.peer.dele(1)
        session.peer.dele(2)
        self.mutt("<tag-pattern>~A<enter><tag-prefix><clear-flag>N<tag-prefix><flag-message>")
        self.assertTrue(session.quit())
        self.assertEqual(self.drop.messages(), [])

    def test_dovecot(self):
        self.start_other()
        self.deliver(1, 2, 3)
        session = Session(HOSTNAME)
        names = session.names()
        before = {number: session.fetch(number) for number in names}
        other = Session(OTHER)
        theirs = {number: other.fetch(number) for number in other.names()}
        self.assertEqual(sorted(theirs.values()), sorted(before.values()))
        gone, = (number for number in theirs if number_of(theirs[number]) == 2)
        other.peer.dele(gone)
        self.assertTrue(other.quit())
        for number in names:
            self.assertEqual(session.fetch(number), None if number_of(before[number]) == 2 else before[number])
        session.quit()
        session = Session(HOSTNAME)
        self.assertEqual(set(session.names().values()),
                         {name for number, name in names.items() if number_of(before[number]) != 2})
        session.quit()

    def test_all_at_once(self):
        """Letters are delivered while both servers fetch and delete: each is fetched whole, or is still there."""
        self.start_other()
        fetched, names, failures = {}, {}, []
        count = 5 * ROUNDS
        over = threading.Event()

        def sends():
            for number in range(count):
                with smtplib.SMTP(self.drop.smtpd.host, self.drop.smtpd.port, "client.example.org", PATIENCE) as peer:
                    peer.sendmail("alice@example.org", [USER], crlf(letter(number)), ["BODY=8BITMIME"])
                dovecot.give(self.drop.directory / "mail")

        def fetches(host, share):
            while not over.is_set():
                session = Session(host)
                try:
                    fetch_all(session, host, share)
                    session.quit()
                except poplib.error_proto:
                    # Dovecot's user may come to a letter before it is given to him (deliver): it then breaks off.
                    if host != OTHER:
                        raise

        def fetch_all(session, host, share):
            for number, name in session.names().items():
                message = session.fetch(number)
                if message is None:
                    continue  # the other one has deleted it
                self.assert_whole(message)
                which = number_of(message)
                if host == HOSTNAME:
                    self.assertEqual(names.setdefault(which, name), name, "another unique-id")
                if which % 3 == share:
                    fetched[which] = message
                    session.peer.dele(number)

        def runs(work, *arguments):
            try:
                work(*arguments)
            except Exception as error:  # what a thread raises nobody would see
                failures.append(error)
                over.set()

        fetchers = [threading.Thread(target=runs, args=(fetches, host, share), daemon=True)
                    for host, share in ((HOSTNAME, 0), (OTHER, 1))]
        for thread in fetchers:
            thread.start()
        runs(sends)
        over.set()
        for thread in fetchers:
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive())
        if failures:
            raise failures[0]
        left = {number_of(message) for message in self.drop.messages()}
        self.assertEqual(left | set(fetched), set(range(count)), "lost")
        self.assertTrue(all(number % 3 != 2 for number in fetched) and {n for n in range(count) if n % 3 == 2} <= left)
        for message in self.drop.messages():
            self.assert_whole(message)
        self.assertTrue(set(fetched) & set(range(0, count, 3)) and set(fetched) & set(range(1, count, 3)))


if __name__ == "__main__":
    main()
