"""Who is asking, and what they may."""

from access.authenticate import act_as, allows, current, public, requires, token
from access.caller import Caller
from access.credentials import Credentials
from access.errors import AccessError, Forbidden
from access.models import ensure_indexes
from access.views import init_app

__all__ = [
    "AccessError",
    "Caller",
    "Credentials",
    "Forbidden",
    "act_as",
    "allows",
    "current",
    "ensure_indexes",
    "init_app",
    "public",
    "requires",
    "token",
]
