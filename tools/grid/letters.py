"""What is sent and fetched in the grid's exchanges: letters with everything that a program could spoil."""

HEADER = (
    "From: Alice Arslan <alice@example.org>\n"
    "To: Bob Berk <bob@example.org>\n"
    "Subject: Selam\n"
    "Date: Sat, 21 Nov 2026 10:00:00 +0300\n"
    "Message-ID: <grid@client.example.org>\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n\n"
)
TEXT = "Selam Bob,\n\n.\n..\n.bir nokta ile başlar\nı ç ş ğ ü ö İ Ç Ş Ğ Ü Ö €\n\n.\nGörüşürüz.\n...\n"

# Sent as it is. The long line is of 998 octets, the longest allowed (RFC 5322 section 2.1.1).
LETTER = (HEADER + TEXT + "From here on it matters.\n" + "x" * 998 + "\n.\n...\n").encode()

# For programs that write the message themselves: they are given these.
SUBJECT = "Görüşme: ı ç ş ğ ü ö İ"
ATTACHMENT = bytes(range(256)) * 4

# Lie in the mailbox and are fetched.
MAILBOX = (LETTER, (HEADER + ".\n").encode(), (HEADER + "\n\nx\n\n\n").encode())
