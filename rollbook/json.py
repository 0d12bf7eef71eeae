"""JSON of Flask's answers by orjson."""

from __future__ import annotations

from typing import Any

import orjson
from flask.json.provider import JSONProvider


class Provider(JSONProvider):
    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)
