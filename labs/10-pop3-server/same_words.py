"""same_words.py: does the server tell an unknown user from a wrong password? Exit status 0: it does not."""
import socket
import sys


def answers(user):
    """What somebody hears who logs in as this user, with a password that nobody has."""
    with socket.create_connection(("mail.example.org", 110), timeout=5) as connection:
        server = connection.makefile("rwb")
        server.readline()
        heard = []
        for command in (f"USER {user}", "PASS nobody has this one", "QUIT"):
            server.write(command.encode() + b"\r\n")
            server.flush()
            heard.append(server.readline().decode().strip())
        return heard


for there, missing in zip(answers("bob"), answers("nobody")):
    if there != missing:
        sys.exit(f'bob hears "{there}", nobody hears "{missing}"')
