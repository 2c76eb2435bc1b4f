"""fetch_mail.py PASSWORD-FILE: what Python's poplib makes of the server. Fetches bob's mail and keeps
it, does so again, fetches it and deletes it, and looks whether it is gone."""
import poplib
import sys

HOST = "mail.example.org"
with open(sys.argv[1], encoding="utf-8") as file:
    PASSWORD = file.readline().rstrip("\n")


def fetch(delete):
    """All messages of bob, whose login is his whole address; and their unique-ids."""
    server = poplib.POP3(HOST, timeout=5)
    server.capa()
    server.user("bob@example.org")
    server.pass_(PASSWORD)
    count, octets = server.stat()
    messages = []
    for number in range(1, count + 1):
        _, lines, size = server.retr(number)
        if size != int(server.list(number).split()[2]):
            sys.exit(f"message {number}: LIST says one size, RETR sends another")
        messages.append(b"\n".join(lines))
        if delete:
            server.dele(number)
    uids = [line.split()[1] for line in server.uidl()[1]]
    if not delete and sum(len(message) + 2 + message.count(b"\n") for message in messages) != octets:
        sys.exit("STAT counts other octets than those that came")
    server.quit()
    return messages, uids


kept = fetch(delete=False)
if fetch(delete=False) != kept:
    sys.exit("the second session finds other messages, or other unique-ids, than the first")
deleted, left = fetch(delete=True)
if deleted != kept[0] or left != []:
    sys.exit("marked as deleted, and still in the list; or other messages")
again, _ = fetch(delete=False)
if again != []:
    sys.exit("deleted, and there again")
print(f"{len(kept[0])} messages fetched, kept, fetched again, and deleted")
