"""mutt writes and delivers a letter, in 8 bits."""
from support import SHORT_BODY, Delivery, main, require, run, split

MUTT = require("mutt", "mutt")


class Mutt(Delivery):
    def mutt(self, *arguments, text=SHORT_BODY):
        settings = "\n".join((
            'set smtp_url="smtp://%s:%d/"' % (self.server.host, self.server.port),
            'set from="alice@example.org" use_envelope_from=yes hostname=client.example.org',
            "set ssl_force_tls=no ssl_starttls=no use_8bitmime=yes allow_8bit=yes send_charset=utf-8 charset=utf-8 copy=no",
        ))
        return run([MUTT, "-n", "-F", self.path("muttrc", settings + "\n"), *arguments], text)

    def test_letter(self):
        self.mutt("-s", "Görüşme", "bob@example.org")
        self.assert_body(SHORT_BODY)
        self.assertIn(b"\nContent-Transfer-Encoding: 8bit\n", split(self.message())[0])

    def test_several_recipients(self):
        self.mutt("-s", "Selam", "-b", "carol@example.org", "bob@example.org")
        self.assert_body(SHORT_BODY, "bob")
        self.assert_body(SHORT_BODY, "carol")


if __name__ == "__main__":
    main()
