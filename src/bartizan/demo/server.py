"""The emulator's own process: moto on a free loopback port, which it prints; it ends when its standard input closes.

Run as ``python -m bartizan.demo.server`` by :mod:`bartizan.demo.emulator`.
"""

from __future__ import annotations

import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from bartizan.demo.missing import complete


class _Quiet(MotoRequestHandler):
    """Answers without a line of log for each call, so that what is written is worth showing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve() -> None:
    """Serve until the process that started this one closes our standard input, which it also does by dying."""
    complete()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve()
