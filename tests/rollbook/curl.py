"""Commands of the documentation, sent to a test client instead of a shell."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

OPTIONS = argparse.ArgumentParser()
OPTIONS.add_argument("url")
OPTIONS.add_argument("-X", dest="method")
OPTIONS.add_argument("-H", dest="headers", action="append", default=[])
OPTIONS.add_argument("-d", dest="data", action="append", default=[])
OPTIONS.add_argument("--data-urlencode", dest="encoded", action="append", default=[])
OPTIONS.add_argument("--data-binary", dest="binary")
OPTIONS.add_argument("-F", dest="form")
OPTIONS.add_argument("-G", dest="get", action="store_true")
OPTIONS.add_argument("-i", action="store_true")
OPTIONS.add_argument("-I", dest="head", action="store_true")
OPTIONS.add_argument("-o")


def commands(page: Path) -> Iterator[str]:
    """The curl commands of a page, continuation lines joined, comments behind them left out."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        for found in re.finditer(r"^curl .*?(?=^(?:curl|#)|\Z)", block, re.DOTALL | re.MULTILINE):
            yield re.sub(r"\\\n", " ", found[0]).strip()


def send(client: FlaskClient, command: str, file: Callable[[str], Path]) -> TestResponse:
    """`file` gives the package that a name in the command stands for."""
    command = re.sub(r"\$\(stat -c %s ([^)]+)\)", lambda found: str(file(found[1]).stat().st_size), command)
    words = [word for word in shlex.split(command, comments=True) if word != "$A"]
    given = OPTIONS.parse_args(words[1:])
    headers = dict(header.split(": ", 1) for header in given.headers)
    pairs = [*given.data, *(f"{name}={quote(value)}" for name, _, value in (row.partition("=") for row in given.encoded))]
    url = given.url.removeprefix("$R")
    if given.get:
        return client.get(f"{url}?{'&'.join(pairs)}", headers=headers)
    if given.head:
        return client.head(url, headers=headers)
    method = given.method or ("POST" if pairs or given.form or given.binary else "GET")
    if given.form:
        name, _, path = given.form.partition("=@")
        return client.open(url, method=method, headers=headers, data={name: (file(path).open("rb"), path)})
    body = file(given.binary.removeprefix("@")).read_bytes() if given.binary else "&".join(pairs)
    return client.open(url, method=method, headers=headers, data=body)
