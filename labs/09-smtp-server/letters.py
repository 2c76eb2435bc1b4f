"""Ten letters over one connection, each for two, with Python's own SMTP client."""
import smtplib

with smtplib.SMTP("mail.example.org", 25, local_hostname="laptop", timeout=5) as server:
    for number in range(10):
        refused = server.sendmail(
            "alice@example.org", ["bob@example.org", "carol@example.org"],
            f"Subject: letter {number}\r\n\r\n.\r\nfrom Python\r\n")
        assert not refused, refused
    try:
        server.sendmail("alice@example.org", ["dave@example.com"], "Subject: relay\r\n\r\n")
        raise SystemExit("it relays")
    except smtplib.SMTPRecipientsRefused:
        pass
    code, words = server.verify("bob@example.org")
    assert code == 252, (code, words)
