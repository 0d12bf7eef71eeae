"""One WSGI callable for both origins: the port that a connection came in by says which.

The `Host` header is the client's to choose, the listening port is not; behind a proxy each host name is forwarded to its port.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

from rollbook.app import create_app, create_content_app
from rollbook.config import read_config
from rollbook.services import open_services

PR_SET_PDEATHSIG = 1
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def by_port(application: WSGI, content: WSGI, content_port: int) -> WSGI:
    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chosen = content if environ["SERVER_PORT"] == str(content_port) else application
        return chosen(environ, start_response)

    return dispatch


def app() -> WSGI:
    """What the web server calls in each worker process, after the fork."""
    config = read_config(os.environ)
    assert config.mongodb_uri is not None, "rollbook serve names the database to its workers"
    services = open_services(config, config.mongodb_uri)
    served = by_port(create_app(services), create_content_app(services), config.content_port)
    gc.collect()
    gc.freeze()  # what stays, some 80,000 objects: a full collection in the middle of a request took 35 ms to go through them
    return served


def app_for_granian() -> WSGI:
    """gunicorn's workers end with their master however that ends; granian's would go on, with the port and all."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)
    return app()
