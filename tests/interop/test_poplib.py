"""Python's poplib fetches, and every command that it knows."""
import contextlib
import poplib
import ssl

import retrieval
from retrieval import CA, HOSTNAME, LETTER, PASSWORD, PORTS, USER
from support import PATIENCE


def close(peer):
    """poplib's own close() fails a second time, and after a handshake that failed."""
    with contextlib.suppress(OSError):
        peer.close()


class Poplib(retrieval.Retrieval):
    REMEMBERS = False
    SPOILS = ("long line",)  # it takes lines of up to 2,048 octets

    def connect(self, way, ca=CA):
        context = ssl.create_default_context(cafile=ca)
        if way == "tls":
            peer = poplib.POP3_SSL(HOSTNAME, PORTS[way], timeout=PATIENCE, context=context)
        else:
            peer = poplib.POP3(HOSTNAME, PORTS[way], timeout=PATIENCE)
        self.addCleanup(close, peer)
        if way == "stls":
            peer.stls(context)
        return peer

    def log_in(self, way, password=PASSWORD, ca=CA):
        peer = self.connect(way, ca)
        peer.user(USER)
        peer.pass_(password)
        return peer

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        if fails:
            with self.assertRaises((poplib.error_proto, ssl.SSLError)) as refused:
                self.log_in(way, password, ca)
            return str(refused.exception)
        peer = self.log_in(way, password, ca)
        count, octets = peer.stat()
        sizes = [int(line.split()[1]) for line in peer.list()[1]]
        self.assertEqual((len(sizes), sum(sizes)), (count, octets))
        for number in range(1, count + 1):
            message = b"".join(line + b"\r\n" for line in peer.retr(number)[1])
            self.assertIn(sizes[number - 1] - len(message), (0, -2))  # -2: the end of the last line is not counted
            self.fetched.append(retrieval.lines(message))
            if not keep:
                peer.dele(number)
        self.assertTrue(peer.quit().startswith(b"+OK"))
        return ""

    def test_capabilities(self):
        peer = self.connect("clear")
        capabilities = peer.capa()
        for name in ("TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "STLS", "USER"):
            self.assertIn(name, capabilities)
        self.assertIn("PLAIN", capabilities["SASL"])

    def test_commands(self):
        self.server.deliver(LETTER)
        self.server.deliver(LETTER + "2\n")
        peer = self.log_in("tls")
        names = [line.split()[1] for line in peer.uidl()[1]]
        self.assertEqual(len(set(names)), 2)
        self.assertEqual(peer.uidl(2).split()[2], names[1])
        self.assertEqual(peer.list(2).split()[1], b"2")
        header = peer.top(1, 0)[1]
        self.assertEqual(header[-1], b"")
        self.assertEqual(peer.top(1, 2)[1], header + b"Selam Bob,\n\n".split(b"\n")[:2])
        peer.dele(1)
        self.assertEqual(peer.stat()[0], 1)
        for command in (peer.retr, peer.dele, peer.list, peer.uidl):
            with self.assertRaises(poplib.error_proto):
                command(1)
        peer.rset()
        self.assertEqual(peer.stat()[0], 2)
        peer.noop()
        peer.quit()
        self.assertEqual([line.split()[1] for line in self.log_in("clear").uidl()[1]], names)

    def test_without_farewell(self):
        self.server.deliver(LETTER)
        peer = self.log_in("clear")
        peer.dele(1)
        peer.close()
        self.assertEqual(len(self.server.messages()), 1)


if __name__ == "__main__":
    retrieval.main()
