"""xAPI Communication: one module per resource, on one blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from lrs.service import LRS


def init_app(app: Flask, lrs: LRS) -> None:
    """Registers the resources at /xapi, /xapi/1.0.3 and /xapi/2.0.0; `access.init_app` comes first."""
    app.extensions["lrs"] = lrs
