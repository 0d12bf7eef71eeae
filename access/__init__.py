"""Who is asking, and what they may."""

from access.authenticate import act_as, allows, current, public, requires, token
from access.caller import Caller
from access.creation import SECRET_RULE, secret_is_right
from access.credentials import Credentials
from access.errors import AccessError, Forbidden
from access.models import ensure_indexes
from access.views import init_app, only_parameters

__all__ = [
    "SECRET_RULE",
    "AccessError",
    "Caller",
    "Credentials",
    "Forbidden",
    "act_as",
    "allows",
    "current",
    "ensure_indexes",
    "init_app",
    "only_parameters",
    "public",
    "requires",
    "secret_is_right",
    "token",
]
