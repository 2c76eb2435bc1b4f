"""Our pop3 client fetches from pop3d."""
from pop3_client import Fetching, FetchingMbox, main  # noqa: F401

if __name__ == "__main__":
    main()
