"""Keys and secrets."""

from access.caller import Caller


class Credentials:
    """The credentials of every store."""

    def verify(self, key: str, secret: str) -> Caller | None:
        raise NotImplementedError
