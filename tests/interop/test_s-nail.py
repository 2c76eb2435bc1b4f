"""s-nail (mailx) writes and delivers a letter."""
from support import SHORT_BODY, Delivery, main, require, run, split

S_NAIL = require("s-nail", "s-nail")


class SNail(Delivery):
    def s_nail(self, *arguments, text=SHORT_BODY):
        settings = ("v15-compat", "mta=smtp://%s:%d" % (self.server.host, self.server.port), "smtp-auth=none",
                    "hostname=client.example.org", "from=alice@example.org", "mime-encoding=8b", "sendwait", "nosave")
        command = [S_NAIL, "-:/"]
        for setting in settings:
            command += ["-S", setting]
        return run(command + list(arguments), text)

    def test_letter(self):
        self.s_nail("-s", "Selam", "bob@example.org")
        self.assert_body(SHORT_BODY)

    def test_several_recipients(self):
        self.s_nail("-s", "Selam", "-c", "carol@example.org", "bob@example.org")
        self.assert_body(SHORT_BODY, "bob")
        self.assert_body(SHORT_BODY, "carol")
        self.assertIn(b"\nCc: carol@example.org\n", split(self.message("carol"))[0])


if __name__ == "__main__":
    main()
