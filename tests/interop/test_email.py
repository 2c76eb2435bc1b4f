"""Python's email package: it reads what smtp --attach writes, and letter reads what it writes.

Subjects, texts and files are made by chance, always the same ones.
"""
import email
import email.header
import email.message
import email.policy
import random
import subprocess
import unittest

from support import BUILD, Delivery, environment, main, run, without_trace

SEED = 6
LETTERS = "abcxyz0189 .,:;=?_-+/!\"'<>()@%\\ıİşŞğüöç€日本😀"
SENDER = ("--from", "alice@example.org", "--to", "bob@example.org")


def words(chance, most):
    """A line of text: some signs, with no blank at either end."""
    return "".join(chance.choice(LETTERS) for _ in range(chance.randrange(1, most))).strip() or "x"


def text(chance):
    """Lines of any length, with blanks at their ends; perhaps without an end of the last."""
    ends = ["\n", "\n", " \n", "\t\n", "\n\n"]
    lines = "".join(words(chance, chance.choice((10, 80, 300))) + chance.choice(ends) for _ in range(chance.randrange(6)))
    return lines.encode() if chance.random() < 0.7 else lines.rstrip("\n").encode()


def octets(chance):
    """Bytes of any kind, often as many as end a line of base64."""
    count = chance.choice((0, 1, 2, 56, 57, 58, 114, chance.randrange(2000)))
    return bytes(chance.randrange(256) for _ in range(count))


def parse(message):
    return email.message_from_bytes(message, policy=email.policy.default)


def defects(message):
    return [str(defect) for part in message.walk() for defect in part.defects]


class Written(Delivery):
    """smtp writes, the email package reads."""

    def write(self, subject, body, attached=()):
        arguments = ["--subject", subject]
        for name, content in attached:
            arguments += ["--attach", self.path(name, content)]
        run([str(BUILD / "bin" / "smtp"), self.server.host, str(self.server.port), *SENDER, *arguments, "-"], body)
        raw = without_trace(self.message())
        for path in (self.server.mailbox("bob") / "new").iterdir():
            path.unlink()
        self.assertLessEqual(max(len(line) for line in raw.split(b"\n")), 78)
        raw.decode("ascii")
        message = parse(raw)
        self.assertEqual(defects(message), [])
        self.assertEqual(message["Subject"], subject)
        return message

    def test_a_text(self):
        message = self.write("Görüşme", "Şubat\n \nçok şükür\n")
        self.assertEqual(message.get_content_type(), "text/plain")
        self.assertEqual(message.get_content(), "Şubat\n \nçok şükür\n")
        self.assertEqual(message["From"], "alice@example.org")
        self.assertEqual(message["To"], "bob@example.org")
        self.assertEqual(message["Date"].datetime.utcoffset().total_seconds(), 0)  # TZ=UTC
        self.assertRegex(message["Message-ID"], r"^<[0-9a-f]{32}@[A-Za-z0-9.-]+>$")
        self.assertEqual(message["MIME-Version"], "1.0")

    def test_by_chance(self):
        chance = random.Random(SEED)
        for round_number in range(25):
            subject = " ".join(words(chance, 40).split())
            body = text(chance) + b"\n"
            attached = []
            for number in range(chance.randrange(5)):
                name = words(chance, 30).replace("/", "_") + str(number)
                attached.append(chance.choice(((name + ".txt", text(chance)), (name + ".bin", octets(chance)))))
            with self.subTest(round=round_number, subject=subject):
                message = self.write(subject, body, attached)
                part = message.get_body() if attached else message
                self.assertEqual(part.get_content().encode(), body)
                parts = list(message.iter_attachments()) if attached else []
                self.assertEqual([part.get_filename() for part in parts], [name for name, _ in attached])
                for part, (name, content) in zip(parts, attached):
                    got = part.get_payload(decode=True)
                    if part.get_content_maintype() == "text":
                        got = got.replace(b"\r\n", b"\n")
                    self.assertEqual(got, content, name)

    def test_a_message_within_a_message(self):
        first = self.write("Bir", "one\n", [("a.txt", "1\n")])
        second = self.write("İki", "two\n", [("first.eml", first.as_bytes())])
        inner = list(second.iter_attachments())[0].get_content()
        self.assertEqual(inner["Subject"], "Bir")
        self.assertEqual([part.get_content() for part in inner.walk() if not part.is_multipart()], ["one\n", "1\n"])
        self.assertNotEqual(inner.get_boundary(), second.get_boundary())

    def test_what_cannot_be_written_is_said_and_not_sent(self):
        smtp = [str(BUILD / "bin" / "smtp"), self.server.host, str(self.server.port)]
        for arguments, body, words in (
            (("--from", "", "--to", "bob@example.org", "--subject", "x", "-"), b"a", "a message is from somebody"),
            ((*SENDER, "--subject", "a\nBcc: carol@example.org", "-"), b"a", "the subject is one line"),
            ((*SENDER, "--subject", b"\xff", "-"), b"a", "the subject is not UTF-8"),
            ((*SENDER, "--subject", "x", "-"), b"\xff", "the text is not UTF-8"),
            ((*SENDER, "--subject", "x", "--to", "ş@example.org", "-"), b"a", "only addresses of ASCII"),
            ((*SENDER, "--attach", "/nowhere", "-"), b"a", "/nowhere: no such file"),
            ((*SENDER, "--attach", "/", "-"), b"a", "is a directory"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, run(smtp + list(arguments), body, fails=True))
        self.assertEqual(self.server.messages("bob"), [])


class Read(unittest.TestCase):
    """The email package writes, letter reads."""

    def letter(self, message, *options):
        result = subprocess.run([str(BUILD / "bin" / "letter"), *options, "-"], input=message, capture_output=True,
                                env=environment("/"), check=False)
        self.assertEqual((result.returncode, result.stderr), (0, b""), message)
        return result.stdout

    def test_by_chance(self):
        chance = random.Random(SEED)
        for round_number in range(40):
            message = email.message.EmailMessage(policy=chance.choice((email.policy.SMTP, email.policy.default)))
            subject = " ".join(words(chance, 100).split())
            message["Subject"] = subject
            body = text(chance).decode() + "\n"
            message.set_content(body, cte=chance.choice(("quoted-printable", "base64", "8bit")))
            attached = [(words(chance, 60).replace("\\", "_").replace('"', "_"), octets(chance))
                        for _ in range(chance.randrange(4))]
            for name, content in attached:
                message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
            raw = message.as_bytes()
            with self.subTest(round=round_number, raw=raw):
                shown = self.letter(raw).decode()
                self.assertIn("Subject:    %s\n" % subject, shown)
                self.assertEqual(self.letter(raw, "--part", "1").replace(b"\r\n", b"\n"), body.encode())
                for number, (name, content) in enumerate(attached, 2):
                    self.assertEqual(self.letter(raw, "--part", str(number)), content)
                    self.assertIn('"%s"' % name, shown)

    def test_other_character_sets(self):
        for charset, line in (("iso-8859-9", "Şule, ığüşöç"), ("windows-1254", "Şule – €"), ("iso-2022-jp", "日本語"),
                              ("koi8-r", "Привет"), ("gb18030", "中文"), ("euc-kr", "한국어")):
            message = email.message.EmailMessage()
            message["Subject"] = str(email.header.Header(line, charset).encode())
            message.set_content(line + "\n", charset=charset)
            with self.subTest(charset=charset):
                shown = self.letter(message.as_bytes()).decode()
                self.assertIn("Subject:    %s\n" % line, shown)
                self.assertTrue(shown.endswith("--- 1 ---\n%s\n" % line), shown)


if __name__ == "__main__":
    main()
