"""`rollbook demo`: a service to try, with courses in it, and the links and commands that show what it does."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import click
import orjson

from rollbook import sample_courses, serve
from rollbook.config import Config, read_config

LEARNER = {"objectType": "Agent", "name": "Ada Learner", "account": {"homePage": "https://people.example", "name": "ada"}}


class Client:
    """Calls the service as an authoring tool or an analyst would."""

    def __init__(self, config: Config) -> None:
        self.base = config.application_origin
        self.authorization = "Basic " + base64.b64encode(f"{config.admin_key}:{config.admin_secret}".encode()).decode()

    def post(self, path: str, body: bytes, content_type: str) -> Any:
        headers = {"Authorization": self.authorization, "Content-Type": content_type}
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return orjson.loads(answer.read())

    def post_json(self, path: str, body: Any) -> Any:
        return self.post(path, orjson.dumps(body), "application/json")


def demo(flags: dict[str, Any]) -> None:
    """Serves until SIGTERM or Ctrl-C; what was done is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rollbook-demo-") as folder:
        given = {"data_dir": Path(folder), "admin_key": "demo", "admin_secret": secrets.token_urlsafe(18)} | {
            name: value for name, value in flags.items() if value is not None
        }
        config = read_config(os.environ, **given)
        if not flags.get("port") and _taken(config.host, config.port):
            config = read_config(os.environ, **(given | {"port": 0, "content_port": 0}))
        serve.serve(config, on_ready=show)


def show(config: Config) -> None:
    """Imports the samples, registers a learner for each, and prints what to try."""
    client = Client(config)
    click.echo(f"\nRollbook runs at     {config.application_origin}")
    click.echo(f"First credential     key {config.admin_key}  secret {config.admin_secret}")
    for name in sample_courses.names():
        with tempfile.TemporaryDirectory() as folder:
            course = client.post("/api/v1/courses", sample_courses.pack(name, Path(folder)).read_bytes(), "application/zip")
        registration = client.post_json(f"/api/v1/courses/{course['id']}/registrations", {"actor": LEARNER})["registration"]
        link = client.post_json(f"/api/v1/registrations/{registration}/launch", {"player": True})
        click.echo(f"\n{course['title']} ({course['standard']})")
        click.echo(f"  play it as {LEARNER['name']}:\n    {link['url']}")
        click.echo("  completion and score (play first, then ask):")
        for resource in ("completions", "scores"):
            question = f"{config.application_origin}/api/v1/{resource}?course={course['id']}"
            click.echo(f"    curl -su '{config.admin_key}:{config.admin_secret}' '{question}'")
    click.echo(f"\nThe API: {config.application_origin}/api/docs    Stop with Ctrl-C.")


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
