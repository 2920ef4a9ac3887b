"""A mail server of our own on a port of this machine: it takes what it is sent, or refuses it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 post")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.server.got.append(message_from_bytes(self._letter(), policy=policy.default))
                self.say("250 taken")
            elif word == b"RCPT" and self.server.refuses:
                self.say("550 no such reader")
            elif word == b"QUIT":
                return self.say("221 bye")
            else:
                self.say("250 yes")

    def _letter(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Post(socketserver.ThreadingTCPServer):
    """`got`: the messages taken; `refuses`: whether it takes any."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.got: list[EmailMessage] = []
        self.refuses = False
        super().__init__(("127.0.0.1", 0), _Talk)


@contextmanager
def office(settings) -> Iterator[Post]:
    """A running mail server, and the settings that EMAIL_URL=smtp://127.0.0.1:<port> would give."""
    with Post() as post:
        threading.Thread(target=post.serve_forever, args=(0.05,), daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = post.server_address
        yield post
        post.shutdown()
