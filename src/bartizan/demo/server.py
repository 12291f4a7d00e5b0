"""The emulator's own process: moto on a free loopback port, which it prints; it ends when its standard input closes.

Run as ``python -m bartizan.demo.server`` by :mod:`bartizan.demo.emulator`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

from flask import Flask, Response, request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from bartizan.demo.missing import complete
from bartizan.demo.nothing import WithNothing
from bartizan.demo.quicker import quicken


class _Quiet(MotoRequestHandler):
    """Answers without a line of log for each call, so that what is written is worth showing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve() -> None:
    """Serve until the process that started this one closes our standard input, which it also does by dying."""
    quicken()
    complete()
    application = WithNothing(DomainDispatcherApplication(_backend))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _backend(service: Any) -> Flask:
    if service is None:
        return Flask("unknown")  # a service that moto does not have, answered with "not found"
    backend: Flask = create_backend_app(service)
    backend.register_error_handler(NotImplementedError, _not_known)
    return backend


def _not_known(_: NotImplementedError) -> Response:
    """The answer to an operation that moto lacks, in AWS's form; moto's own is a page that no client understands."""
    words = "the emulator does not know this operation"
    if "json" in (request.content_type or ""):
        return Response(json.dumps({"__type": "NotImplemented", "message": words}), 501, mimetype="application/json")
    error = f"<Error><Code>NotImplemented</Code><Message>{words}</Message></Error>"
    return Response(f"<Response><Errors>{error}</Errors></Response>", 501, mimetype="text/xml")


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve()
