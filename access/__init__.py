"""Who is asking, and what they may."""

from access.authenticate import allows, current, init_app, public, requires
from access.caller import Caller
from access.credentials import Credentials
from access.errors import AccessError

__all__ = ["AccessError", "Caller", "Credentials", "allows", "current", "init_app", "public", "requires"]
