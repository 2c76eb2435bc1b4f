"""Conversations with a real smtpd, to be recorded: `wire record -o FILE -- python3 exercise.py DIRECTORY`.

One exercise, a letter to two recipients, done well and with the mistakes that beginners make. All go
into one recording; for each a line "NAME PORT" with the client's port on standard output.
"""
import socket
import struct
import sys
import threading

import conversations
from smtpd import PATIENCE, Smtpd

HOST = "127.0.0.2"
LETTER = ("Date: Sat, 21 Nov 2026 10:07:0%d +0300\r\nMessage-ID: <%d@client.example.org>\r\n"
          "From: alice@example.org\r\nSubject: A letter\r\n\r\nDear Bob,\r\n..hidden\r\nGoodbye\r\n")
count = 0


class Mistake:
    """What is done otherwise than in the exercise. A method for each thing that can be said wrongly."""

    greeting = "EHLO client.example.org"
    recipients = ("bob", "carol")
    end = "\r\n"
    stuffed = True
    pipelined = False
    piece = None
    quits = True
    resets = False
    waits = True
    end_of_text = "\r\n"
    headers = None
    port = 25

    def letter(self):
        global count
        count += 1
        text = LETTER % (count % 10, count)
        if self.headers:
            text = self.headers(text)
        if not self.stuffed:
            text = text.replace("\r\n..", "\r\n.")
        return (text + ".\r\n").replace("\r\n", self.end_of_text)


class Client:
    def __init__(self, mistake):
        self.mistake = mistake
        self.socket = socket.create_connection((HOST, mistake.port), PATIENCE, ("127.0.0.1", 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]
        self.lines = self.socket.makefile("rb")

    def send(self, text):
        octets = text.replace("\r\n", self.mistake.end).encode()
        for start in range(0, len(octets), self.mistake.piece or len(octets)):
            self.socket.sendall(octets[start:start + (self.mistake.piece or len(octets))])

    def reply(self):
        line = self.lines.readline()
        while line[3:4] == b"-":
            line = self.lines.readline()
        return line

    def ask(self, command):
        self.send(command + "\r\n")
        return self.reply()

    def say_letter(self):
        self.send(self.mistake.letter())
        if self.mistake.waits:
            self.reply()

    def quit(self):
        """The server closes first, so that the order is always the same."""
        self.send("QUIT\r\n")
        if self.mistake.resets:
            # What a program does that closes its socket with the 221 unread, but for the moment at which.
            self.reply()
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif self.reply().startswith(b"221"):
            self.lines.read()

    def perform(self):
        mistake = self.mistake
        self.reply()
        self.ask(mistake.greeting)
        commands = ["MAIL FROM:<alice@example.org>"]
        commands += ["RCPT TO:<%s@example.org>" % name for name in mistake.recipients]
        if mistake.pipelined:
            self.send("".join(command + "\r\n" for command in commands))
            for _ in commands:
                self.reply()
        else:
            for command in commands:
                self.ask(command)
        if self.ask("DATA").startswith(b"354"):
            self.say_letter()
        if mistake.quits:
            self.quit()
        self.lines.close()
        self.socket.close()


def mistake(**changes):
    return type("Mistake", (Mistake,), changes)()


MISTAKES = {
    "good": {},
    "again": {},
    "lf": {"end": "\n"},
    "lf-letter": {"end_of_text": "\n", "waits": False, "quits": False},
    "unstuffed": {"stuffed": False},
    "pipelined": {"pipelined": True},
    "one-byte": {"piece": 1},
    "helo": {"greeting": "HELO client.example.org"},
    "other-name": {"greeting": "EHLO laptop.example.org"},
    "no-quit": {"quits": False},
    "swapped": {"recipients": ("carol", "bob")},
    "forgotten": {"recipients": ("bob",)},
    "reset": {"resets": True},
    "bad-date": {"headers": staticmethod(lambda text: "Date: today\r\n" + text.partition("\r\n")[2])},
    "headers-swapped": {"headers": staticmethod(lambda text: text.replace("From: alice@example.org\r\n", "")
                        .replace("\r\n\r\n", "\r\nFrom: alice@example.org\r\n\r\n", 1))},
    "submission": {"port": 587},
}


def talk(both, lines, farewell=False):
    """What both say in turn: "C: …" and "S: …"; with `farewell` TLS is closed on both sides."""
    for line in lines:
        (both.c if line.startswith("C") else both.s)(line[3:].encode() + b"\r\n")
    if farewell:
        answering = threading.Thread(target=lambda: setattr(both, "server", both.server.unwrap()))
        answering.start()
        both.client = both.client.unwrap()
        answering.join()
    both.close()


POP3 = ["S: +OK mail.example.org", "C: USER alice", "S: +OK", "C: QUIT", "S: +OK Bye"]
WEB = ["C: GET / HTTP/1.1", "S: HTTP/1.1 204 No Content"]
GREETING = "S: 220 mail.example.org ESMTP"
SHORT = ["C: EHLO client.example.org", "S: 250-mail.example.org", "S: 250 SIZE", "C: NOOP", "S: 250 Ok",
         "C: QUIT", "S: 221 Bye"]


def encrypted(directory):
    both = conversations.Both(465)
    port = both.client.getsockname()[1]
    conversations.encrypt(both, directory)
    talk(both, [GREETING, *SHORT], farewell=True)
    return port


def plain(lines, port=25):
    both = conversations.Both(port)
    name = both.client.getsockname()[1]
    talk(both, lines)
    return name


def main(directory):
    print("pop3", plain(POP3, 110))
    print("web", plain(WEB, 80))
    print("other", plain(["S: hello", "C: hi", "S: bye"], 7777))
    print("plain", plain([GREETING, *SHORT]))
    print("tls", encrypted(directory))
    with Smtpd(options=["smtpd.listen=%s:25 %s:587" % (HOST, HOST)]):
        for name, changes in MISTAKES.items():
            client = Client(mistake(**changes))
            print(name, client.port)
            client.perform()


if __name__ == "__main__":
    main(sys.argv[1])
