"""The health check of the web container: does the process answer, asked by a name that it answers to?"""

import os
import sys
from urllib.request import Request, urlopen


def question(port: str = "8000") -> Request:
    """Any other host name than those of SMARKETING_HOSTS is refused, 127.0.0.1 included."""
    host = os.environ.get("SMARKETING_HOSTS", "localhost").split(",")[0].strip().lstrip(".") or "localhost"
    return Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})


if __name__ == "__main__":
    with urlopen(question(), timeout=4) as answer:
        sys.exit(answer.status != 200)
