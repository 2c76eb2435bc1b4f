"""Our pop3 client fetches from Dovecot."""
import os

os.environ["KIT_POP3"] = "dovecot"
from pop3_client import Fetching, FetchingMbox, main  # noqa: E402, F401

if __name__ == "__main__":
    main()
