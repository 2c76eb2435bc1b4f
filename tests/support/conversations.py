"""Small conversations with real sockets, to be recorded: `python3 conversations.py NAME [ARGUMENT]`.

Run inside the lab network (wire record): the server is 127.0.0.2, the client 127.0.0.1. Both are in
this one process, and one waits for the other, so that every run says the same.
"""
import socket
import ssl
import sys
import threading

SERVER = ("127.0.0.2", 25)
PATIENCE = 60  # seconds; only a hang ever waits so long


def listen(port=25):
    return socket.create_server((SERVER[0], port))


def connect(port=25):
    client = socket.create_connection((SERVER[0], port), PATIENCE, ("127.0.0.1", 0))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


class Both:
    """The two ends of one connection."""

    def __init__(self, port=25, piece=None):
        with listen(port) as listener:
            self.client = connect(port)
            self.server, _ = listener.accept()
        self.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.piece = piece  # octets in one segment; None: as many as fit

    def say(self, sender, receiver, data):
        """Sends it, and waits until the other end has read it."""
        for start in range(0, len(data), self.piece or len(data)):
            part = data[start:start + (self.piece or len(data))]
            sender.sendall(part)
            left = len(part)
            while left > 0:
                left -= len(receiver.recv(left))

    def c(self, data):
        self.say(self.client, self.server, data)

    def s(self, data):
        self.say(self.server, self.client, data)

    def close(self):
        """The server first."""
        self.server.close()
        assert self.client.recv(1) == b""
        self.client.close()


MESSAGE = ("Subject: Günaydın\r\n\r\nSelam, ı ç ş ü ö İ\r\n..dot\r\nbare\n"
           "tab\there, escape \x1b[31m, a back\\slash, \x00\r\n.\r\n").encode()


def letter(piece=None, count=1):
    both = Both(piece=piece)
    both.s(b"220 mail.example.org ESMTP\r\n")
    both.c(b"EHLO client.example.org\r\n")
    both.s(b"250-mail.example.org\r\n250 SIZE\r\n")
    both.c(b"MAIL FROM:<alice@example.org>\r\n")
    both.s(b"250 2.1.0 Ok\r\n")
    both.c(b"RCPT TO:<nobody@example.org>\r\n")
    both.s(b"550 5.1.1 No such user\r\n")
    both.c(b"RCPT TO:<bob@example.org>\r\n")
    both.s(b"250 2.1.5 Ok\r\n")
    both.c(b"DATA\r\n")
    both.s(b"354 Go on\r\n")
    both.c(MESSAGE[:-3] + b"a line of the letter\r\n" * (count - 1) + MESSAGE[-3:])
    both.s(b"250 2.0.0 Stored as 1.2.3\r\n")
    both.c(b"QUIT\r\n")
    both.s(b"221 2.0.0 Bye\r\n")
    both.close()


def pieces():
    letter(piece=1)


def long():
    letter(count=1000)


def refused():
    try:
        connect()
    except ConnectionRefusedError:
        pass


def reset():
    both = Both()
    both.s(b"220 mail.example.org\r\n")
    both.server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    both.server.close()
    try:
        both.client.recv(1)
    except ConnectionResetError:
        pass
    both.client.close()


def several():
    letter()
    refused()
    reset()


def flood():
    """300 KB in segments of one octet, as fast as they go; then as much in large ones."""
    both = Both()
    data = bytes(range(256)) * 100

    def read():
        while both.client.recv(65536):
            pass

    reader = threading.Thread(target=read)
    reader.start()
    for octet in data:
        both.server.send(bytes([octet]))
    both.server.sendall(data * 100)
    both.server.shutdown(socket.SHUT_WR)
    reader.join()
    both.client.close()
    both.server.close()


def encrypt(both, directory):
    """TLS from here on, with the certificate in `directory`; the keys go into its file keys."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(directory + "/certificate.pem", directory + "/key.pem")
    server_side.keylog_filename = directory + "/keys"
    client_side = ssl.create_default_context(cafile=directory + "/certificate.pem")
    failed = []

    def shake_hands():
        try:
            both.server = server_side.wrap_socket(both.server, server_side=True)
        except OSError as error:
            failed.append(error)

    shaking = threading.Thread(target=shake_hands)
    shaking.start()
    both.client = client_side.wrap_socket(both.client, server_hostname="mail.example.org")
    shaking.join()
    assert not failed, failed


def part(both):
    """TLS ends as it should (RFC 8446 §6.1), then the connection."""
    parting = threading.Thread(target=lambda: setattr(both, "server", both.server.unwrap()))
    parting.start()
    both.client = both.client.unwrap()
    parting.join()
    both.close()


def tls(directory):
    """STARTTLS."""
    both = Both()
    both.s(b"220 mail.example.org ESMTP\r\n")
    both.c(b"STARTTLS\r\n")
    both.s(b"220 Go on\r\n")
    encrypt(both, directory)
    both.c(b"EHLO secret.example.org\r\n")
    both.s(b"250 mail.example.org\r\n")
    both.c(b"QUIT\r\n")
    both.s(b"221 Bye\r\n")
    both.close()


LETTER = ("Return-Path: <alice@example.org>\r\nSubject: Günaydın\r\n\r\nSelam, ı ç ş ü ö İ\r\n..dot\r\n"
          "+OK is no status here\r\n.\r\n").encode()

# What bob says and what he gets, behind the greeting.
MAILDROP = (
    (b"CAPA\r\n", b"+OK\r\nTOP\r\nUIDL\r\nUSER\r\nPIPELINING\r\n.\r\n"),
    (b"USER bob\r\n", b"+OK\r\n"),
    (b"PASS open sesame\r\n", b"+OK\r\n"),
    (b"STAT\r\n", b"+OK 1 %d\r\n" % (len(LETTER) - 4)),  # the dot that is stuffed, and the last line
    (b"LIST\r\n", b"+OK\r\n1 %d\r\n.\r\n" % (len(LETTER) - 4)),
    (b"UIDL\r\n", b"+OK\r\n1 1795258665.M5P411\r\n.\r\n"),
    (b"RETR 1\r\n", b"+OK\r\n" + LETTER),
    (b"DELE 1\r\n", b"+OK\r\n"),
    (b"QUIT\r\n", b"+OK\r\n"),
)


def maildrop(port=110, piece=None, at_once=0, without="", line_end=b"\r\n", cut=None, directory=None, stls=None):
    """bob fetches and deletes a letter. `at_once`: so many commands are sent before the first is answered, from
    STAT on; `without`: these verbs are not said; `cut`: the letter ends there; TLS with the certificate in
    `directory`, at once, or, in `stls`, behind STLS."""
    both = Both(port=int(port), piece=piece)
    if directory:
        encrypt(both, directory)
    both.s(b"+OK mail.example.org\r\n")
    if stls:
        both.c(b"STLS\r\n")
        both.s(b"+OK go on\r\n")  # Wireshark wants the blank, or it takes what follows for no TLS
        encrypt(both, stls)
    todo = [pair for pair in MAILDROP if pair[0].split()[0].decode() not in without.split()]
    while todo:
        count = at_once if at_once and todo[0][0] == b"STAT\r\n" else 1
        for command, _ in todo[:count]:
            both.c(command.replace(b"\r\n", line_end))
        for command, answer in todo[:count]:
            both.s(answer[:cut] if command.startswith(b"RETR") and cut else answer)
            if command.startswith(b"RETR") and cut:
                todo = []
        todo = todo[count:]
    (part if directory or stls else Both.close)(both)


def big_letter(directory):
    """A long one under TLS, in records of all sizes."""
    both = Both(port=995)
    encrypt(both, directory)
    both.s(b"+OK\r\n")
    both.c(b"RETR 1\r\n")
    text = b"+OK\r\nSubject: long\r\n\r\n" + b"".join(b"line %d of the letter\r\n" % i for i in range(5000)) + b".\r\n"
    start, size = 0, 1
    while start < len(text):
        both.s(text[start:start + size])
        start, size = start + size, size * 2 % 16381
    both.c(b"QUIT\r\n")
    both.s(b"+OK\r\n")
    part(both)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
