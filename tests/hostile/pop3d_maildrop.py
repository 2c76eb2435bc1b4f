"""What happens to a maildrop while a session has it: other programs deliver, move, mark, remove and forbid. And
messages of every shape: what is sent is what LIST has said, octet by octet."""
import os
import random
import re
import socket
import unittest

from pop3d import PASSWORD, Pop3d, refused
from smtpd import Smtpd, expect

ONE, TWO, THREE = (b"Subject: %d\n\nbody of %d\n" % (number, number) for number in (1, 2, 3))


def sent(message):
    """A message as it travels: CR LF, the last line ended."""
    message = re.sub(rb"(?<!\r)\n", b"\r\n", message)
    if message and not message.endswith(b"\n"):
        message += b"\n" if message.endswith(b"\r") else b"\r\n"
    return message


class Maildrop(unittest.TestCase):
    options = ()

    def setUp(self):
        self.server = Pop3d(options=self.options).start()
        self.addCleanup(self.server.remove)
        self.peers = []
        self.addCleanup(self.stop)
        self.paths = [self.server.put("bob", text, "%d.mail" % number) for number,
                      text in enumerate((ONE, TWO, THREE), 1)]

    def stop(self):
        for peer in self.peers:
            peer.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])

    def connect(self):
        self.peers.append(self.server.connect())
        return self.peers[-1]

    def login(self, user="bob"):
        return self.connect().login(user)

    def retrieve(self, peer, number):
        """The message, as it travelled, without the dots put in front; its size must be the one told."""
        listed = int(peer.good("LIST %d" % number).split()[1])
        told = int(peer.good("RETR %d" % number).split()[0])
        octets = b"".join(line + b"\r\n" for line in peer.rest())
        self.assertEqual((len(octets), len(octets)), (listed, told))
        return octets

    def move(self, path, flags=":2,S"):
        place = self.server.mailbox("bob") / "cur" / (path.name.partition(":")[0] + flags)
        path.rename(place)
        return place


class Shapes(Maildrop):
    def test_shapes(self):
        chance = random.Random(5)
        shapes = [b"", b"\n", b"\r\n", b"\r", b".", b".\n", b"..", b"\n.\n", b"\r\n.\r\n", b".\r\n.\r\n", b"a",
                  b"a\n", b"a\r\n", b"a\r", b"a\rb\n",
                  b"\n\n", b"\r\r\n", b"\0\n\0", b".\0\n", b"a\n.b\n..c\n...\n", b"x" * 100000,
                  b"x" * 16383 + b"\n.\n", b"x" * 16384 + b"\n.\n",
                  b"x" * 16383 + b"\r\n.\r\n", b".\n" * 30000, b"\n" * 40000, b"\r\n" * 20000, bytes(range(256)) * 10]
        shapes += [bytes(chance.choice(b"\r\n..ab") for _ in range(chance.randrange(40))) for _ in range(150)]
        for number, shape in enumerate(shapes):
            self.server.put("carol", shape, "%04d.mail" % number)
        for _ in range(2):  # counted, and known from the time before
            peer = self.login("carol")
            total = 0
            for number, shape in enumerate(shapes, 1):
                # the lines as they come: a lone CR or LF would be no end of one
                listed = int(peer.good("LIST %d" % number).split()[1])
                peer.good("RETR %d" % number)
                octets = b""
                while not (octets == b".\r\n" or octets.endswith(b"\r\n.\r\n")):
                    octets += peer.line()
                octets = re.sub(rb"(^|\r\n)\.", rb"\1", octets)[:-2]
                self.assertEqual(octets, sent(shape), shape[:50])
                self.assertEqual(len(octets), listed, shape[:50])
                total += listed
            self.assertEqual(peer.good("STAT"), b"%d %d" % (len(shapes), total))
            peer.quit()
        self.assertEqual(len((self.server.mailbox("carol") / "pop3.sizes").read_bytes().splitlines()), len(shapes))

    def test_top_of_shapes(self):
        for number, (shape, count, lines) in enumerate((
            (b"A: b\n\n1\n2\n", 0, [b"A: b", b""]), (b"A: b\r\n\r\n1\r\n2\r\n", 1, [b"A: b", b"", b"1"]),
            (b"A: b\n", 5, [b"A: b"]),
            (b"", 5, []), (b"\n1\n2", 2, [b"", b"1", b"2"]), (b"A: b\n\n\n\n3\n", 2, [b"A: b", b"", b"", b""]),
            (b"A: b\n \n\n.1\n", 1, [b"A: b", b" ", b"", b".1"]),
            (b"A: b\n\n" + b"x" * 20000 + b"\ny\n", 1, [b"A: b", b"", b"x" * 20000]))):
            self.server.put("carol", shape, "%d.mail" % number)
            peer = self.login("carol")
            self.assertEqual(peer.lines("TOP %d %d" % (number + 1, count)), lines)
            peer.quit()

    def test_sizes_that_names_tell(self):
        """,S= and ,W= are believed where they can be true; wherever they are wrong, the message is whole even so."""
        for number, (name,
                     size) in enumerate(((",S=20,W=23", 23), (",S=20,W=19", None), (",S=20,W=43", None),
                                         (",W=x", None), (",S=20", None), (",W=23", 23),
                                               (",W=23x", None), (",W=99999999999999999999", None),
                                               (",S=20,W=23:2,S", 23))):
            self.server.put("carol", ONE, "%d.mail%s" % (number, name), "cur" if ":" in name else "new")
            peer = self.login("carol")
            self.assertEqual(peer.good("LIST %d" % (number + 1)), b"%d %d" % (number + 1, size or len(sent(ONE))))
            self.assertEqual(b"".join(line + b"\r\n" for line in peer.lines("RETR %d" % (number + 1))), sent(ONE))
            peer.quit()

    def test_a_file_of_sizes_that_lies(self):
        self.login().quit()
        known = self.server.mailbox("bob") / "pop3.sizes"
        good = known.read_bytes()
        self.assertEqual(len(good.splitlines()), 3)
        times = self.paths[1].stat()
        for lie in (b"", b"\0" * 100, good[:-1], good[:30], b"x\n" + good,
                    good.replace(b" %d 1.mail" % len(sent(ONE)), b" 7777777 1.mail").replace(b"2", b"3"),
                    b"99999999999999999999 1 1 1 1.mail\n", good * 50, b"1 1 1 1 " + b"x" * 100000 + b"\n" + good):
            with self.subTest(lie=lie[:40]):
                known.write_bytes(lie)
                for path in self.paths:  # and other files than those that were counted
                    os.utime(path, ns=(times.st_atime_ns, random.randrange(10**18)))
                peer = self.login()
                self.assertEqual([self.retrieve(peer, number) for number in (1, 2, 3)],
                                 [sent(text) for text in (ONE, TWO, THREE)])
                peer.quit()
        known.unlink()
        known.mkdir()
        self.login().quit()

    def test_sizes_of_changed_files(self):
        """In place, to another size and to the same one."""
        self.login().quit()
        self.paths[0].write_bytes(ONE.replace(b"body", b"\n\n\n\n"))
        peer = self.login()
        self.assertEqual(self.retrieve(peer, 1), sent(ONE.replace(b"body", b"\n\n\n\n")))


class Uids(Maildrop):
    def test_stable(self):
        """Over logins, restarts, deliveries, moves, marks; unique; of the right characters."""
        long = "%s.mail" % ("4" * 66)
        self.server.put("bob", ONE, long)  # 71 characters: a hash stands for it
        self.server.put("bob", ONE, "5.ma il")
        self.server.put("bob", ONE, "6.m\u00e4il")
        self.server.put("bob", ONE, "7." + "x" * 68)  # 70: as it is
        peer = self.login()
        before = dict(line.split() for line in peer.lines("UIDL"))
        self.assertEqual((before[b"1"], before[b"2"], before[b"3"]), (b"1.mail", b"2.mail", b"3.mail"))
        self.assertIn(b"7." + b"x" * 68, before.values())
        self.assertEqual(len(set(before.values())), 7)
        for uid in before.values():
            self.assertRegex(uid, rb"^[\x21-\x7e]{1,70}$")
        for number, uid in before.items():
            self.assertEqual(peer.good(b"UIDL " + number), number + b" " + uid)
        peer.good("DELE 2")
        peer.quit()
        self.server.stop()
        self.server.start()
        self.move(self.paths[0], ":2,RS")
        self.server.put("bob", ONE, "0.early")
        after = [line.split()[1] for line in self.login().lines("UIDL")]
        self.assertEqual(set(after), (set(before.values()) - {b"2.mail"}) | {b"0.early"})
        self.assertEqual(after[0], b"0.early")  # in the order of delivery


class Meanwhile(Maildrop):
    def test_a_snapshot(self):
        """What comes or goes meanwhile changes no number, and the second session is told to wait."""
        peer = self.login()
        self.server.put("bob", ONE, "0.new")
        self.server.put("bob", ONE, "9.new")
        self.assertEqual(peer.good("STAT"), b"3 %d" % len(sent(ONE + TWO + THREE)))
        other = self.connect().greet()
        other.good("USER bob")
        other.bad("PASS " + PASSWORD, "IN-USE")
        other.login("alice", greeting=False)  # another maildrop is free
        peer.good("DELE 1")
        peer.quit()
        other.quit()
        self.assertEqual(self.login().good("STAT").split()[0], b"4")
        self.assertEqual(sorted(self.server.messages("bob")), sorted([ONE, ONE, TWO, THREE]))

    def test_moved_and_marked(self):
        peer = self.login()
        self.assertEqual(self.retrieve(peer, 1), sent(ONE))
        self.paths = [self.move(path) for path in self.paths]
        self.assertEqual(self.retrieve(peer, 2), sent(TWO))
        self.paths = [self.move(path, ":2,FRS") for path in self.paths]
        self.assertEqual([self.retrieve(peer, number) for number in (1, 2, 3)],
                         [sent(text) for text in (ONE, TWO, THREE)])
        peer.good("DELE 1")
        peer.good("DELE 3")
        self.paths = [self.move(path, ":2,T") for path in self.paths]
        peer.quit()
        self.assertEqual(self.server.messages("bob"), [TWO])

    def test_gone(self):
        peer = self.login()
        peer.good("DELE 3")
        self.paths[1].unlink()
        self.paths[2].unlink()
        self.server.put("bob", b"another\n", "22.mail")
        for _ in range(3):
            refused(peer.ask("RETR 2"))
            refused(peer.ask("TOP 2 0"))
        self.assertEqual(self.retrieve(peer, 1), sent(ONE))
        peer.good("DELE 2")
        peer.quit()  # what has gone is as good as removed
        self.assertEqual(self.server.messages("bob"), [ONE, b"another\n"])

    def test_unreadable(self):
        peer = self.login()
        for path, spoil in zip(self.paths,
                               (lambda path: path.mkdir(), lambda path: path.symlink_to("/etc/passwd"), os.mkfifo)):
            path.unlink()
            spoil(path)
        for number in (1, 2, 3):
            refused(peer.ask("RETR %d" % number), "SYS/TEMP")
        for number in (1, 2, 3):
            peer.good("DELE %d" % number)
        refused(peer.ask("QUIT"), "SYS/TEMP")  # a directory is not removed; what could be removed is
        self.assertEqual([path.exists() or path.is_symlink() for path in self.paths], [True, False, False])
        self.assertEqual(self.login().good("STAT"), b"0 0")  # and such a thing is no message

    def test_deletions_that_fail(self):
        """All that can be removed is removed, and QUIT says that it was not all."""
        peer = self.login()
        for number in (1, 2, 3):
            peer.good("DELE %d" % number)
        self.paths[1].unlink()
        self.paths[1].mkdir()
        (self.paths[1] / "x").touch()
        refused(peer.ask("QUIT"), "SYS/TEMP")
        self.assertIsNone(peer.reply())
        self.assertEqual([path.exists() for path in self.paths], [False, True, False])

    def test_everything_moves_all_the_time(self):
        """A program like mutt beside the session; no message is lost, and none is another one's."""
        count = 300
        paths = [self.server.put("alice", b"Subject: %d\n\n%d\n" % (number, number),
                                 "%d.mail" % (1000 + number)) for number in range(count)]
        peer = self.login("alice")
        chance = random.Random(1)
        for number in chance.sample(range(count), count):
            for other in chance.sample(range(count), 20):
                paths[other] = self.moved(paths[other], chance)
            self.assertEqual(self.retrieve(peer, number + 1), b"Subject: %d\r\n\r\n%d\r\n" % (number, number))
        self.assertEqual(len(peer.lines("UIDL")), count)

    def moved(self, path, chance):
        flags = ":2," + "".join(sorted(chance.sample("DFPRST", 2)))
        place = self.server.mailbox("alice") / "cur" / (path.name.partition(":")[0] + flags)
        path.rename(place)
        return place

    def test_smtpd_delivers_meanwhile(self):
        with Smtpd(store=self.server.store) as smtpd, smtpd.connect() as sender:
            expect("220", sender.reply())
            expect("250", sender.ask("HELO x"))
            removed, kept = set(), 3
            for round in range(30):
                peer = self.login()
                uids = [line.split()[1] for line in peer.lines("UIDL")]
                self.assertEqual(len(uids), kept)
                for number, uid in enumerate(uids, 1):
                    self.assertIn(b"Subject", self.retrieve(peer, number))
                for command in ("MAIL FROM:<>", "RCPT TO:<bob@example.org>", "DATA"):
                    self.assertIn(sender.ask(command).code, (250, 354))
                sender.send(b"Subject: %d\r\n\r\n..x\r\n.\r\n" % round)
                expect("250 2.0.0", sender.reply())
                self.assertFalse(removed & set(uids))  # no id comes twice
                if kept > 5:
                    peer.good("DELE 1")
                    removed.add(uids[0])
                    kept -= 1
                peer.quit()
                kept += 1
        self.assertEqual(len(self.server.messages("bob")), kept)


class Odd(Maildrop):
    def login_is(self, code):
        peer = self.connect().greet()
        peer.good("USER carol")
        peer.bad("PASS " + PASSWORD, code)
        return peer

    def test_no_mailbox(self):
        """Nothing was ever delivered: an empty maildrop."""
        peer = self.login("carol")
        self.assertEqual(peer.good("STAT"), b"0 0")
        self.assertEqual((peer.lines("LIST"), peer.lines("UIDL")), ([], []))
        for command in ("RETR 1", "DELE 1", "TOP 1 0", "LIST 1", "UIDL 1"):
            peer.bad(command)
        peer.good("RSET")
        peer.quit()
        self.assertFalse(self.server.mailbox("carol").exists())

    def test_a_file_instead_of_a_mailbox(self):
        self.server.mailbox("carol").write_text("x")
        self.login_is("SYS/PERM").login("bob", greeting=False)

    def test_a_mailbox_that_lacks_something(self):
        for missing in ("new", "cur"):
            self.server.put("carol", ONE, missing)
            (self.server.mailbox("carol") / "new" / missing).unlink()
            (self.server.mailbox("carol") / missing).rmdir()
            self.login_is("SYS/PERM")
        self.server.put("carol", ONE, "x")
        (self.server.mailbox("carol") / "tmp").rmdir()  # that one is only for who delivers
        self.login("carol").quit()

    def test_a_lock_that_is_none(self):
        self.server.put("carol", ONE, "x")
        (self.server.mailbox("carol") / "pop3.lock").mkdir()
        self.login_is("SYS/TEMP")
        (self.server.mailbox("carol") / "pop3.lock").rmdir()
        (self.server.mailbox("carol") / "pop3.lock").symlink_to("/etc/passwd")
        self.login_is("SYS/PERM")

    def test_what_is_no_message(self):
        mailbox = self.server.mailbox("bob")
        (mailbox / "new" / ".hidden").write_text("x")
        (mailbox / "new" / "directory").mkdir()
        (mailbox / "new" / "link").symlink_to("/etc/passwd")
        os.mkfifo(mailbox / "cur" / "fifo:2,")
        with socket.socket(socket.AF_UNIX) as unix:
            here = os.getcwd()
            os.chdir(mailbox / "cur")
            try:
                unix.bind("socket")
            finally:
                os.chdir(here)
            self.assertEqual(self.login().good("STAT").split()[0], b"3")

    def test_a_name_that_is_there_twice(self):
        """In new/ and in cur/, as after a link(2) and before its unlink(2): one message."""
        os.link(self.paths[0], self.server.mailbox("bob") / "cur" / "1.mail:2,S")
        peer = self.login()
        self.assertEqual(peer.good("STAT").split()[0], b"3")
        self.assertEqual(self.retrieve(peer, 1), sent(ONE))


class Endings(Maildrop):
    options = ("pop3d.idle=1s",)

    def marked(self):
        peer = self.login()
        for number in (1, 2, 3):
            peer.good("DELE %d" % number)
        return peer

    def test_without_quit_nothing_is_removed(self):
        self.marked().close()  # in order
        peer = self.marked()
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()  # with RST
        peer = self.marked()
        peer.send(b"QUIT")  # no line
        peer.end()
        self.assertIsNone(peer.reply())
        peer = self.marked()
        peer.send(b"QUIT\n")  # no command
        refused(peer.reply())
        peer.good("RSET")
        peer.quit()
        peer = self.marked()
        self.assertIsNone(peer.reply())  # silent for too long: closed without a word (RFC 1939 section 3)
        peer = self.marked()
        self.server.stop()
        refused(peer.reply(), "SYS/TEMP")
        self.assertIsNone(peer.reply())
        self.server.start()
        self.assertEqual(self.server.messages("bob"), [ONE, TWO, THREE])
        self.marked().quit()
        self.assertEqual(self.server.messages("bob"), [])


class Utf8(Maildrop):
    options = ("pop3d.utf8-required=yes",)

    def test_headers_in_utf8(self):
        self.server.put("carol", "Subject: ğüş\n\nx\n".encode(), "1.mail")
        self.server.put("carol", b"Subject: x\n\n\xc4\x9f\n", "2.mail")  # in the body it is everybody's
        self.server.put("carol", b"Subject: \xe7\n\nx\n", "3.mail")  # Latin-1: no concern of RFC 6856
        peer = self.login("carol")
        refused(peer.ask("RETR 1"), "UTF8")
        refused(peer.ask("TOP 1 0"), "UTF8")
        for number in (2, 3):
            peer.lines("RETR %d" % number)
        peer.quit()
        peer = self.connect().greet()
        peer.good("UTF8")
        peer.login("carol", greeting=False)
        for number in (1, 2, 3):
            peer.lines("RETR %d" % number)

    def test_lang(self):
        peer = self.connect().greet()
        self.assertEqual([line.split()[0] for line in peer.lines("LANG")], [b"en", b"i-default"])
        for language in ("*", "en", "EN", "i-default"):
            peer.good("LANG " + language)
        for language in ("tr", "en tr", "x" * 200, "\u00e7"):
            peer.bad("LANG " + language)
        peer.login("bob", greeting=False).good("LANG en")


if __name__ == "__main__":
    unittest.main()
