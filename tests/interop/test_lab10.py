"""Lab 10's server: what real programs fetch from pop3d, they fetch from it, in clear; and many of them at once.

In a build with a sanitizer (KIT_BUILD) the load is what it is there for.
"""
import importlib
import poplib
import random
import threading

from support import BUILD, PATIENCE, main, skip

import maildrop
import retrieval
from pop3d import Pop3d
from smtpd import PASSWORD

CLIENTS = ("curl-pop3", "fetchmail", "mpop", "mutt-pop3", "poplib")
TESTS = ("test_delete", "test_keep", "test_empty", "test_wrong_password")  # those that are not about TLS
PEOPLE, LETTERS, THREADS, SESSIONS = ("alice", "bob", "carol"), 40, 12, 8


class Lab10(Pop3d):
    """The finished lab."""

    program, place = "10-pop3-server", "solutions"

    def write_listeners(self, ini, port, tls):
        ini.write("[pop3-server]\nlisten = 127.0.0.1:%d\n" % port)


if not (BUILD / Lab10.place / Lab10.program).exists():
    skip("this tree has no solutions")
maildrop.start_pop3d = lambda store, certificate: Lab10(store=store, options=["pop3-server.listen=127.0.0.2:110"])


def with_lab(client):
    """The tests of a client, with lab 10 as the server; None: it is not installed."""
    try:
        module = importlib.import_module("test_" + client)
    except SystemExit:
        return None
    tests = next(one for one in vars(module).values()
                 if isinstance(one, type) and issubclass(one, retrieval.Retrieval) and one is not retrieval.Retrieval)
    left_out = {name: None for name in dir(tests) if name.startswith("test_") and name not in TESTS}
    return type("Lab" + tests.__name__, (tests,), {"WAYS": ("clear",), **left_out})


globals().update({"lab_" + client: with_lab(client) for client in CLIENTS})


class Load(retrieval.Delivery):
    """Many at once, who quit or are just gone. Nothing comes back that was deleted, nothing else is missing."""

    def one(self, number):
        """Logs in again and again. What it has deleted, as (user, unique-id)."""
        choose, deleted = random.Random(number), set()
        for _ in range(SESSIONS):
            user = choose.choice(PEOPLE)
            with self.maildrops[user]:  # that [IN-USE] is said is another test's matter
                client = poplib.POP3(self.server.host, self.server.port, timeout=PATIENCE)
                client.user(user)
                client.pass_(PASSWORD)
                uids = [line.split()[1].decode() for line in client.uidl()[1]]
                self.assertFalse({(user, uid) for uid in uids} & self.deleted, "they are back")
                marked = choose.sample(range(len(uids)), min(3, len(uids)))
                for index in marked:
                    self.assertIn(("letter of %s: %s" % (user, uids[index])).encode(), client.retr(index + 1)[1])
                    client.dele(index + 1)
                if choose.random() < 0.5:
                    client.quit()
                    self.deleted |= {(user, uids[index]) for index in marked}
                else:
                    client.close()
                    self.server.wait_until_free(user)
        return deleted

    def setUp(self):
        self.server = Lab10()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        for user in PEOPLE:
            for number in range(LETTERS):
                name = "%d.lab" % number
                self.server.put(user, ("Subject: x\n\nletter of %s: %s\n" % (user, name)).encode(), name)

    def test_many(self):
        self.maildrops = {user: threading.Lock() for user in PEOPLE}
        self.deleted, failures = set(), []

        def work(number):
            try:
                self.one(number)
            except Exception as failure:  # pylint: disable=broad-except
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [], self.server.log()[-2000:])
        for user in PEOPLE:
            lost = LETTERS - len(self.server.messages(user))
            self.assertEqual(lost, len([one for one in self.deleted if one[0] == user]))


if __name__ == "__main__":
    main()
