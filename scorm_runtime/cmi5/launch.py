"""The launch address and the documents that content reads at its start: cmi5 8.1, 10, 11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from lrs.errors import InvalidJSON
from lrs.spec.formats import is_language
from lrs.spec.json_text import read
from package_importer.course import Item
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.units.attempt import Session
from scorm_runtime.units.conduct import Refusal


def address(url: str, parameters: Mapping[str, str]) -> str:
    """8.1: the parameters join the address's own query, before its fragment."""
    main, hash_sign, fragment = url.partition("#")
    joint = "" if main.endswith(("?", "&")) else "&" if "?" in main else "?"
    return main + joint + urlencode(parameters, quote_via=quote) + hash_sign + fragment


def parameters(*, endpoint: str, fetch: str, actor: Mapping[str, Any], registration: str, activity: str) -> dict[str, str]:
    """8.1.1 to 8.1.5."""
    return {
        "endpoint": endpoint,
        "fetch": fetch,
        "actor": orjson.dumps(actor).decode(),
        "registration": registration,
        "activityId": activity,
    }


def learner(actor: Mapping[str, Any]) -> dict[str, Any]:
    """9.2: an Agent by its account; without a name, since addresses end up in logs."""
    return {"objectType": "Agent", "account": actor["account"]}


def launch_data(item: Item, session: Session, course: str) -> dict[str, Any]:
    """10.2. That the unit belongs to the `course` is ours to add (10.2.1), and found by it in reports."""
    assert item.au is not None
    made: dict[str, Any] = {
        "contextTemplate": {
            "contextActivities": {"grouping": [{"id": item.identifier}, {"id": course}]},
            "extensions": {vocabulary.SESSION_ID: session.id},
        },
        "launchMode": session.mode,
        "moveOn": item.au.move_on,
    }
    if item.au.mastery_score is not None:
        made["masteryScore"] = item.au.mastery_score
    if item.au.launch_parameters is not None:
        made["launchParameters"] = item.au.launch_parameters
    if session.return_url is not None:
        made["returnURL"] = session.return_url
    if item.au.entitlement_key is not None:
        made["entitlementKey"] = {"courseStructure": item.au.entitlement_key}
    return made


def preferences(language: str, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """11: the document for a learner's languages; what was chosen about sound stays."""
    audio = (known or {}).get("audioPreference")
    return {"languagePreference": language, "audioPreference": audio if audio in ("on", "off") else "on"}


def check_preferences(body: bytes, content_type: str) -> None:
    """11, 11.1, 11.2: what content may write over the learner's preferences."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise _preferences("The document is application/json.", content_type)
    try:
        value = read(body)
    except InvalidJSON as error:
        raise _preferences("The document is JSON.", str(error)) from error
    if not isinstance(value, dict):
        raise _preferences("The document is an object.", type(value).__name__)
    languages, audio = value.get("languagePreference"), value.get("audioPreference")
    if not isinstance(languages, str) or not all(is_language(one.strip()) for one in languages.split(",")):
        raise _preferences("languagePreference is a list of language tags, with commas.", languages)
    if audio not in ("on", "off"):
        raise _preferences("audioPreference is on or off.", audio)


def _preferences(rule: str, found: Any) -> Refusal:
    return Refusal("preferences-invalid", "11", rule, found=str(found)[:80])
