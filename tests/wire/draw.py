"""wire draw, from outside: what a browser, a printer or somebody hostile would meet."""
import functools
import html.parser
import os
import pty
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

from smtpd import BUILD, PATIENCE, SOURCE

WIRE = str(BUILD / "bin" / "wire")
PLACE = BUILD / "tests" / "draw"
CONVERSATIONS = [sys.executable, "-B", str(SOURCE / "tests" / "support" / "conversations.py")]
REFERENCE = SOURCE / "captures" / "03-smtp-send.pcapng"
VOID = {"meta", "br", "hr", "img", "link", "input"}

HOSTILE = r"""
import conversations as c
both = c.Both()
both.s(b"220 </style></script><script>alert(1)</script><!-- \r\n")
both.c(b"EHLO \"><img src=x onerror=alert(1)>' & ]]> &lt;\r\n")
both.s(b"250 \xff\xfe\x80 \xe2\x80\xae\x1b[2J\x00\x9b https://example.org/\r\n")
both.c(bytes(range(256)) + b"\r\n")
both.piece = 50000
both.c(b"x" * 1000000 + b"\r\n")
both.s(b"250 ok\r\n" * 3000)
both.close()
"""


def draw(*arguments):
    return subprocess.run([WIRE, "draw", *map(str, arguments)], capture_output=True, timeout=PATIENCE, check=False)


@functools.lru_cache(None)
def drawn(*arguments):
    """The drawing, as text. Each is made once."""
    done = draw(*arguments)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout.decode("utf-8")


def record(name, *command, options=()):
    path = PLACE / (name + ".pcapng")
    subprocess.run([WIRE, "record", "-o", path, *options, "--", *command], timeout=PATIENCE, check=True,
                   env={**os.environ, "PYTHONPATH": str(SOURCE / "tests" / "support")})
    return path


def setUpModule():
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed: ./kit setup")
        sys.exit(77)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)


class Page(html.parser.HTMLParser):
    """A page taken apart. Fails when a tag is not closed, or closed twice, or crosses another one."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError("a comment: " + data)

    def words(self):
        return re.sub(r"\s+", " ", "".join(self.text))


def octets_of(page):
    """The octets of all dumps of a page, one after the other."""
    octets = b""
    for dump in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL):
        for line in dump.splitlines():
            line = re.sub(r"</?mark>", "", line)
            octets += bytes.fromhex(re.match(r"<i>[0-9a-f]+</i> ((?:  ?(?:[0-9a-f]{2}|  ))+)  <b>", line).group(1))
    return octets


class Both(unittest.TestCase):
    """What holds for every drawing."""

    def expect(self, words, text):
        """assertIn would print the page as a whole."""
        self.assertTrue(words in text, words)

    def expect_match(self, pattern, text):
        self.assertIsNotNone(re.search(pattern, text), pattern)

    def expect_no(self, words, text):
        self.assertFalse(words in text, words)

    def expect_safe_page(self, text):
        page = Page(text)
        for tag, name, value in page.attributes:
            self.assertFalse(name.startswith("on"), name)
            if name in ("href", "src", "action", "data", "poster", "srcset", "xlink:href"):
                self.assertTrue(value.startswith("#"), value)
            self.assertNotEqual(name, "style")
        for tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "image"):
            self.assertNotIn(tag, page.tags)
        style = text[text.index("<style>"):text.index("</style>")]
        for word in ("url(", "@import", "@font-face", "http"):
            self.expect_no(word, style)
        self.expect_match(r'<meta http-equiv="Content-Security-Policy" content="default-src \'none\';', text)
        identifiers = [value for _, name, value in page.attributes if name == "id"]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        for _, name, value in page.attributes:
            if name == "href":
                self.assertIn(value[1:], identifiers)
        self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufeff\ufffe\uffff]", text))
        return page

    def expect_safe_picture(self, text):
        root = xml.fromstring(text.encode())
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        for element in root.iter():
            self.assertNotIn(element.tag.split("}")[1], ("script", "image", "a", "foreignObject", "use"))
            for name in element.attrib:
                self.assertNotRegex(name, r"href|^on|^style$")
        self.assertIsNone(re.search(r"url\(|@import|@font-face", text))
        self.assertEqual(re.findall(r"https?://\S+", re.sub(r"<(text|title)[^>]*>.*?</\1>", "", text)),
                         ['http://www.w3.org/2000/svg"'])
        return root


class One(Both):
    def test_a_reference(self):
        text = drawn(REFERENCE)
        page = self.expect_safe_page(text)
        self.expect("EHLO client.example.org", page.words())
        self.expect("03-smtp-send.pcapng", page.words())
        self.expect("mail.example.org", page.words())
        self.expect("Selam, ı ç ş ü ö İ", page.words())
        root = self.expect_safe_picture(drawn(REFERENCE, "--svg"))
        said = " ".join(root.itertext())
        self.expect("EHLO client.example.org", said)
        self.expect("Selam, ı ç ş ü ö İ", said)

    def test_every_octet_can_be_reached(self):
        """The dumps together are what both sides sent, as tshark has it."""
        fields = subprocess.run(["tshark", "-n", "-r", REFERENCE, "-T", "fields", "-e", "tcp.payload"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="ascii", check=True,
                                timeout=PATIENCE).stdout
        self.assertTrue(octets_of(drawn(REFERENCE)) == bytes.fromhex(fields.replace("\n", "")))

    def test_the_keyboard_and_the_ear(self):
        text = drawn(REFERENCE)
        steps = len(subprocess.run([WIRE, "show", REFERENCE, "--canonical"], stdout=subprocess.PIPE, check=True,
                                   timeout=PATIENCE).stdout.splitlines()) - 1
        self.assertEqual(text.count("<summary>"), steps)  # the browser opens them with Enter
        self.assertEqual(len(re.findall(r'<span class="sr">(client|server): </span>', text)), steps)
        self.expect('<html lang="en">', text)
        self.expect('name="viewport"', text)
        for query in ("(prefers-color-scheme: dark)", "print", "screen and (max-width: 44rem)"):
            self.expect("@media " + query, text)
        picture = drawn(REFERENCE, "--svg")
        self.expect('role="img" aria-labelledby="title desc"', picture)
        self.expect('<desc id="desc">', picture)

    def test_the_same_twice(self):
        for option in ((), ("--svg",)):
            self.assertTrue(drawn(REFERENCE, *option).encode() == draw(REFERENCE, *option).stdout)

    def test_a_hostile_capture(self):
        path = record("hostile", sys.executable, "-B", "-c", HOSTILE)
        text = drawn(path)
        page = self.expect_safe_page(text)
        self.expect("220 </style></script><script>alert(1)</script><!--", page.words())
        self.expect("EHLO \"><img src=x onerror=alert(1)>' & ]]> &lt;", page.words())
        self.expect(r"\xFF\xFE\x80 \u{202E}\x1B[2J\x00\x9B", page.words())
        self.expect("octets are left out", page.words())
        self.expect("more steps", page.words())
        self.assertLess(len(text), 1 << 20)
        picture = drawn(path, "--svg")
        self.expect_safe_picture(picture)
        self.assertLess(len(picture), 1 << 20)

    def test_a_capture_that_breaks_off(self):
        path = PLACE / "cut.pcapng"
        path.write_bytes(REFERENCE.read_bytes()[:2000])
        done = draw(path)  # drawn as far as it goes, and said
        self.assertEqual(done.returncode, 2)
        words = self.expect_safe_page(done.stdout.decode("utf-8")).words()
        self.expect("First, the recording", words)
        self.expect("The file breaks off", words)
        self.expect("EHLO client.example.org", words)

    def test_several_conversations(self):
        path = record("several", *CONVERSATIONS, "several")
        page = self.expect_safe_page(drawn(path))
        for words in ("Conversation 1", "Conversation 3", "refuses (RST)", "breaks off (RST)"):
            self.expect(words, page.words())

    def test_what_is_encrypted_has_a_lock(self):
        if shutil.which("openssl") is None:
            self.skipTest("openssl is not installed: ./kit setup")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org", "-keyout",
                        PLACE / "key.pem", "-out", PLACE / "certificate.pem"], check=True, capture_output=True)
        none = ["--keys", PLACE / "none"]
        blind = record("tls", *CONVERSATIONS, "tls", str(PLACE), options=none).rename(PLACE / "blind.pcapng")
        (PLACE / "keys").unlink()
        path = record("tls", *CONVERSATIONS, "tls", str(PLACE), options=["--keys", PLACE / "keys"])
        text = drawn(path)
        self.expect_safe_page(text)
        lock = r'<use href="#sign-lock"/></svg><span class="sr">encrypted: </span>'
        self.expect_match(re.escape(lock) + "<code>EHLO secret", text)
        self.expect_no(lock + "<code>STARTTLS", text)
        self.expect("<code>STARTTLS", text)
        hidden = drawn(blind)
        self.expect_no("secret", hidden)
        self.expect_match(re.escape(lock) + r'<span class="own">[\d,]+ octets of TLS', hidden)
        # Beside each other: the same dialogue, and what encryption did.
        self.expect_safe_page(drawn(path, blind))


class Two(Both):
    LETTER = """
import conversations as c
both = c.Both()
both.s(b"220 mail.example.org ESMTP\\r\\n")
both.c(b"EHLO client.example.org\\r\\n")
both.s(b"250 mail.example.org\\r\\n")
both.c(b"MAIL FROM:<alice@example.org>%s")
both.s(b"250 2.1.0 Ok\\r\\n")
both.c(b"QUIT\\r\\n")
both.s(b"221 2.0.0 Bye\\r\\n")
both.close()
"""

    @classmethod
    def setUpClass(cls):
        cls.right = record("right", sys.executable, "-B", "-c", cls.LETTER % "\\r\\n")
        cls.again = record("again", sys.executable, "-B", "-c", cls.LETTER % "\\r\\n")
        cls.wrong = record("wrong", sys.executable, "-B", "-c", cls.LETTER % "\\n")

    def test_where_they_part(self):
        text = drawn(self.wrong, self.right)
        page = self.expect_safe_page(text)
        rows = re.findall(r'<li class="row ([a-z ]+)" id="([^"]+)">(.*?)</li>', text, re.DOTALL)
        first = [row for row in rows if "first" in row[0]]
        self.assertEqual(len(first), 1)
        self.assertEqual(first[0][0], "wrong first")
        self.assertIn("MAIL FROM:&lt;alice@example.org&gt;", first[0][2])
        self.assertIn("<details open>", first[0][2])
        self.assertIn("<mark>0a</mark>", first[0][2])
        self.expect('<a href="#%s">' % first[0][1], text)
        self.expect("RFC 5321 §2.3.8", page.words())
        self.assertNotIn("wrong", " ".join(row[0] for row in rows if row != first[0]))
        picture = drawn(self.wrong, self.right, "--svg")
        self.expect_safe_picture(picture)
        self.assertEqual(picture.count('<g class="row wrong">'), 1)

    def test_the_same(self):
        text = drawn(self.right, self.again)
        self.expect_safe_page(text)
        self.expect("The same dialogue", text)
        self.expect_no('"row wrong', text)

    def test_the_same_twice(self):
        self.assertTrue(drawn(self.wrong, self.right).encode() == draw(self.wrong, self.right).stdout)


class Place(unittest.TestCase):
    """Where it goes."""

    def test_a_file(self):
        path = PLACE / "a page.html"
        done = draw(REFERENCE, "-o", path)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertRegex(done.stderr.decode(), r"\Awire draw: written to .*a page\.html\n\Z")
        self.assertTrue(path.read_bytes() == drawn(REFERENCE).encode())
        self.assertTrue(draw(REFERENCE, "-o", "-").stdout == path.read_bytes())

    def test_a_terminal_gets_no_page(self):
        made = BUILD / "run" / "drawings" / "03-smtp-send.svg"
        made.unlink(missing_ok=True)
        master, slave = pty.openpty()
        done = subprocess.run([WIRE, "draw", REFERENCE, "--svg"], stdout=slave, stderr=subprocess.PIPE, timeout=PATIENCE,
                              check=False)
        os.close(slave)
        os.close(master)
        self.assertEqual(done.returncode, 0)
        self.assertIn("run/drawings/03-smtp-send.svg", done.stderr.decode())
        xml.parse(made)

    def test_wrong_use_is_said_in_one_line(self):
        for words in ([], ["--frob", REFERENCE], [REFERENCE] * 3, [PLACE / "missing"], [PLACE], ["-o"],
                      [REFERENCE, "-o", ""], [REFERENCE, "-o", PLACE / "no" / "such"], [REFERENCE, PLACE / "missing"]):
            with self.subTest(words):
                done = draw(*words)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertRegex(done.stderr.decode(), r"\Awire draw: .+\n\Z")


if __name__ == "__main__":
    unittest.main()
