"""munpack takes apart what smtp --attach has made: every file as it was."""
import random
from pathlib import Path

from support import BUILD, Delivery, main, require, run

MUNPACK = require("munpack", "mpack")
TEXT = "Merhaba,\n\nsonda boşluk: \n" + "uzun satır ve = işaretleri " * 20 + "\n"


class Munpack(Delivery):
    def test_files_come_out_as_they_went_in(self):
        chance = random.Random(6)
        files = {
            "every-byte.bin": bytes(range(256)),
            "some.png": bytes(chance.randrange(256) for _ in range(5000)),
            "turkish.txt": TEXT.encode(),
            "no-end.txt": b"one\ntwo",
            "empty.bin": b"",
        }
        arguments = []
        for name, content in files.items():
            arguments += ["--attach", self.path(name, content)]
        run([str(BUILD / "bin" / "smtp"), self.server.host, str(self.server.port), "--from", "alice@example.org",
             "--to", "bob@example.org", "--subject", "Görüşme", *arguments, "-"], TEXT)
        into = Path(self.server.directory) / "unpacked"
        into.mkdir()
        run([MUNPACK, "-q", "-t", "-C", str(into), self.path("letter.eml", self.message())])
        unpacked = {path.name: path.read_bytes().replace(b"\r\n", b"\n") if path.suffix == ".txt" else path.read_bytes()
                    for path in into.iterdir()}
        for name, content in files.items():
            self.assertEqual(unpacked.get(name), content, "%s among %s" % (name, sorted(unpacked)))
        self.assertIn(TEXT.encode(), [content.replace(b"\r\n", b"\n") for content in unpacked.values()])


if __name__ == "__main__":
    main()
