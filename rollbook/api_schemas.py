"""The shapes that requests and answers have, as JSON Schema 2020-12: the components of the OpenAPI document.

Statements, documents and agents are shown in outline: the schemas that decide are the standard's, in `schemas/xapi`.
"""

from __future__ import annotations

from typing import Any

from analytics.columns import COLUMNS, Column
from analytics.exports import STATES
from analytics.parameters import RESOURCES
from analytics.query import GROUPS_MAXIMUM, MEASURES, MEASURES_MAXIMUM, SOURCES
from analytics.query import LIMIT_MAXIMUM as QUERY_LIMIT
from analytics.saved import DESCRIPTION_LENGTH
from analytics.schedules import MISSED, RUNS_KEPT
from analytics.views.asked import FORMATS as EXPORT_FORMATS
from analytics.views.schedules import KEEP
from rollbook.operations import ROWS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
IRI: Schema = {"type": "string", "format": "iri"}
UUID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
NUMBER: Schema = {"type": ["number", "null"]}
LANGUAGES: Schema = {
    "type": "string",
    "description": "cmi5: the languages in which content should open, as tags with commas, the preferred one first.",
}
LANGUAGE_MAP: Schema = {"type": "object", "additionalProperties": TEXT, "description": "Language tag to text."}
KINDS: dict[str, Schema] = {
    "text": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "time": {"type": ["string", "null"], "format": "date-time"},
    "list": {"type": ["array", "null"], "items": TEXT},
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def row(columns: tuple[Column, ...]) -> Schema:
    """One property for each column."""
    properties = {
        column.name: KINDS[column.kind]
        | {"description": f"{column.meaning} Unit: {column.unit}." if column.unit else column.meaning}
        for column in columns
    }
    return {"type": "object", "properties": properties}


def page(of: str, row: str) -> Schema:
    return {
        "type": "object",
        "required": [of, "next"],
        "properties": {
            of: {"type": "array", "items": ref(row)},
            "next": {"type": ["string", "null"], "description": "Where the next page is; null: there is none."},
        },
    }


def row_page(of: str) -> Schema:
    return {
        "type": "object",
        "required": ["rows", "next"],
        "properties": {
            "rows": {"type": "array", "items": ref(of)},
            "next": {"type": ["string", "null"], "description": "The `cursor` of the next page; null: there is none."},
            "next_seq": {"type": "integer", "description": "The next `after_seq`, where changes were asked for."},
        },
    }


ASKED: Schema = {
    "resource": {"enum": list(RESOURCES)},
    "filter": {"type": "object", "description": "The parameters of that list, as JSON; `limit` and `after_seq`, too."},
    "query": ref("Query"),
    "saved": {"type": "string", "description": "The name of a saved query."},
    "format": {"enum": list(EXPORT_FORMATS), "default": "csv"},
}
CLOCK: Schema = {
    "cron": {"type": ["string", "null"], "description": "Five fields: `0 6 * * 1` is Mondays at six."},
    "tz": {"type": "string", "default": "UTC", "description": "The time zone whose clock `cron` goes by."},
    "every": {"type": "string", "description": "A length of time, five minutes or more: `PT6H`."},
    "start": {**TIME, "description": "What `every` is counted from; else midnight, UTC."},
    "missed": {"enum": list(MISSED), "default": "run", "description": "Whether one run makes up for times that passed unseen."},
    "keep": {"type": "integer", "minimum": 1, "maximum": RUNS_KEPT, "default": KEEP, "description": "How many results."},
    "paused": {"type": "boolean", "default": False},
    "description": {"type": "string", "maxLength": DESCRIPTION_LENGTH},
}

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457 problem details. Errors add members that say where, what was found and what the rule is.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "const": "about:blank"},
            "title": {"type": "string", "description": "The phrase of the HTTP status."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "One sentence for people."},
            "code": {"type": "string", "description": "A stable name for programs."},
            "pointer": {"type": "string", "description": "Where: a JSON pointer into the body, or ?name for a parameter."},
            "found": {"description": "What was found there."},
            "rule": {"type": "string", "description": "What it breaks."},
            "errors": {"type": "array", "items": ref("Fault"), "description": "Every fault, where several were looked for."},
        },
        "example": {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "detail": "This needs the scope admin; the credential has analytics/read.",
            "code": "forbidden",
            "required": ["admin"],
            "scopes": ["analytics/read"],
        },
    },
    "Fault": {
        "type": "object",
        "required": ["pointer", "rule"],
        "properties": {"pointer": TEXT, "found": {}, "rule": TEXT},
    },
    "Credential": {
        "type": "object",
        "required": ["key", "name", "scopes", "store", "authority", "created", "expires", "revoked"],
        "properties": {
            "key": TEXT,
            "name": TEXT,
            "scopes": {"type": "array", "items": ref("Scope")},
            "store": {"type": "integer", "description": "The tenant whose data the credential reaches."},
            "authority": {"anyOf": [ref("Agent"), {"type": "null"}], "description": "null: made of key and name."},
            "created": TIME,
            "expires": ANY_TIME,
            "revoked": ANY_TIME,
        },
    },
    "CreatedCredential": {
        "allOf": [
            ref("Credential"),
            {
                "type": "object",
                "required": ["secret"],
                "properties": {"secret": {"type": "string", "description": "Shown now and never again."}},
            },
        ]
    },
    "NewCredential": {
        "type": "object",
        "required": ["name", "scopes"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 200},
            "scopes": {"type": "array", "minItems": 1, "items": ref("Scope")},
            "key": {
                "type": "string",
                "pattern": "^[A-Za-z0-9][A-Za-z0-9._~+@-]{0,127}$",
                "description": "Made for you when absent. Cannot begin with session-.",
            },
            "secret": {"type": "string", "minLength": 12, "maxLength": 512, "description": "Made for you when absent."},
            "expires": TIME,
            "authority": ref("Agent"),
        },
    },
    "Credentials": page("credentials", "Credential"),
    "Finding": {
        "type": "object",
        "required": ["rule", "severity", "message"],
        "properties": {
            "rule": {"type": "string", "description": "A stable name of the rule."},
            "severity": {"enum": ["error", "warning"]},
            "message": TEXT,
            "file": {"type": ["string", "null"]},
            "line": {"type": ["integer", "null"]},
            "element": {"type": ["string", "null"]},
            "found": {"type": ["string", "null"]},
            "section": {"type": "string", "description": "Where the standard says so."},
            "mend": {"type": "string", "description": "What the author can do."},
        },
    },
    "Report": {
        "type": "object",
        "required": ["errors", "warnings"],
        "properties": {
            "errors": {"type": "array", "items": ref("Finding")},
            "warnings": {"type": "array", "items": ref("Finding")},
            "omitted": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
                "description": "By rule, how many more findings there were.",
            },
        },
    },
    "PackageProblem": {
        "allOf": [ref("Problem"), {"type": "object", "required": ["report"], "properties": {"report": ref("Report")}}],
    },
    "Item": {
        "type": "object",
        "required": ["id", "title", "type", "visible", "launchable", "items"],
        "properties": {
            "id": {"type": "string", "description": "The identifier in the package."},
            "title": TEXT,
            "type": {"enum": ["sco", "asset", "cluster", "heading"]},
            "visible": {"type": "boolean", "description": "Whether the table of contents may show it."},
            "launchable": {"type": "boolean"},
            "items": {"type": "array", "items": ref("Item")},
        },
    },
    "CourseEntry": {
        "type": "object",
        "required": ["id", "activity_id", "version", "title", "standard", "edition", "created", "updated"],
        "properties": {
            "id": TEXT,
            "activity_id": {"type": "string", "format": "iri", "description": "The course in statements; it never changes."},
            "version": {"type": "integer", "minimum": 1, "description": "What new attempts get."},
            "title": TEXT,
            "standard": {"enum": ["scorm12", "scorm2004", "cmi5", "tincan"]},
            "edition": {"type": ["string", "null"]},
            "created": TIME,
            "updated": TIME,
        },
    },
    "Course": {
        "type": "object",
        "required": ["id", "activity_id", "version", "title", "standard", "items", "report"],
        "properties": {
            "id": TEXT,
            "activity_id": IRI,
            "version": {"type": "integer", "minimum": 1},
            "title": TEXT,
            "description": TEXT,
            "language": {"type": ["string", "null"]},
            "standard": {"enum": ["scorm12", "scorm2004", "cmi5", "tincan"]},
            "edition": {"type": ["string", "null"]},
            "digest": {"type": "string", "description": "SHA-256 of the package."},
            "files": {"type": "integer"},
            "size": {"type": "integer", "description": "Bytes, unpacked."},
            "created": TIME,
            "updated": TIME,
            "by": {"type": "string", "description": "Key of the credential that imported it."},
            "items": {"type": "array", "items": ref("Item")},
            "report": ref("Report"),
        },
    },
    "Courses": page("courses", "CourseEntry"),
    "FromUpload": {
        "type": "object",
        "required": ["upload"],
        "additionalProperties": False,
        "properties": {"upload": {"type": "string", "description": "The id of a complete upload."}},
    },
    "Upload": {
        "type": "object",
        "required": ["id", "state", "length", "offset", "digest", "files", "bytes", "course", "version", "created", "expires"],
        "properties": {
            "id": TEXT,
            "state": {
                "enum": ["receiving", "received", "unpacking", "done", "refused"],
                "description": "received: complete, and waits to be imported. refused: `report` says why.",
            },
            "length": {"type": "integer", "description": "Bytes of the whole package."},
            "offset": {"type": "integer", "description": "Bytes received: where the next piece begins."},
            "digest": {"type": ["string", "null"], "description": "SHA-256 that was announced, in hexadecimal digits."},
            "files": {"type": "integer", "description": "Files unpacked so far."},
            "bytes": {"type": "integer", "description": "Bytes unpacked so far."},
            "course": {"type": ["string", "null"], "description": "The course it became."},
            "version": {"type": ["integer", "null"], "description": "The version of the course that it became."},
            "report": {"anyOf": [ref("Report"), {"type": "null"}]},
            "created": TIME,
            "expires": {
                "type": "string",
                "format": "date-time",
                "description": "When it is removed unless something happens to it.",
            },
        },
    },
    "Agent": {
        "type": "object",
        "description": "An xAPI Agent or identified Group: exactly one of mbox, mbox_sha1sum, openid, account.",
        "properties": {
            "objectType": {"enum": ["Agent", "Group"]},
            "name": TEXT,
            "mbox": {"type": "string", "pattern": "^mailto:"},
            "mbox_sha1sum": {"type": "string", "pattern": "^[0-9a-fA-F]{40}$"},
            "openid": IRI,
            "account": {
                "type": "object",
                "required": ["homePage", "name"],
                "properties": {"homePage": IRI, "name": TEXT},
            },
        },
    },
    "Person": {
        "type": "object",
        "required": ["objectType"],
        "properties": {
            "objectType": {"const": "Person"},
            "name": {"type": "array", "items": TEXT},
            "mbox": {"type": "array", "items": TEXT},
            "mbox_sha1sum": {"type": "array", "items": TEXT},
            "openid": {"type": "array", "items": TEXT},
            "account": {"type": "array", "items": {"type": "object"}},
        },
    },
    "Activity": {
        "type": "object",
        "required": ["id"],
        "properties": {
            "objectType": {"const": "Activity"},
            "id": IRI,
            "definition": {
                "type": "object",
                "properties": {"name": LANGUAGE_MAP, "description": LANGUAGE_MAP, "type": IRI, "moreInfo": IRI},
            },
        },
    },
    "Statement": {
        "type": "object",
        "description": "An xAPI statement, in outline.",
        "required": ["actor", "verb", "object"],
        "properties": {
            "id": UUID,
            "actor": ref("Agent"),
            "verb": {"type": "object", "required": ["id"], "properties": {"id": IRI, "display": LANGUAGE_MAP}},
            "object": {"type": "object", "description": "An Activity, Agent, Group, SubStatement or StatementRef."},
            "result": {
                "type": "object",
                "properties": {
                    "score": {"type": "object"},
                    "success": {"type": "boolean"},
                    "completion": {"type": "boolean"},
                    "response": TEXT,
                    "duration": {"type": "string", "description": "An ISO 8601 duration."},
                    "extensions": {"type": "object"},
                },
            },
            "context": {"type": "object"},
            "timestamp": TIME,
            "stored": TIME,
            "authority": ref("Agent"),
            "version": TEXT,
            "attachments": {"type": "array", "items": {"type": "object"}},
        },
        "example": {
            "actor": {"mbox": "mailto:ada@example.com", "name": "Ada"},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
            "object": {"id": "https://example.com/courses/fire-safety"},
            "result": {"completion": True, "score": {"scaled": 0.9}},
        },
    },
    "Statements": {
        "type": "object",
        "required": ["statements", "more"],
        "properties": {
            "statements": {"type": "array", "items": ref("Statement")},
            "more": {"type": "string", "description": "Path of the next page; empty: there is none."},
        },
    },
    "StatementIds": {"type": "array", "items": UUID},
    "About": {
        "type": "object",
        "required": ["version"],
        "properties": {"version": {"type": "array", "items": TEXT}, "extensions": {"type": "object"}},
    },
    "NewRegistration": {
        "type": "object",
        "required": ["actor"],
        "additionalProperties": False,
        "properties": {
            "actor": ref("Agent"),
            "registration": UUID | {"description": "Choose the registration's UUID; else one is made."},
            "language": LANGUAGES,
        },
        "example": {"actor": {"account": {"homePage": "https://people.example.com", "name": "ada"}, "name": "Ada"}},
    },
    "Registration": {
        "type": "object",
        "required": ["registration", "course", "actor", "created"],
        "properties": {"registration": UUID, "course": TEXT, "actor": ref("Agent"), "created": TIME},
    },
    "Score": {
        "type": ["object", "null"],
        "properties": {"scaled": NUMBER, "raw": NUMBER, "min": NUMBER, "max": NUMBER},
    },
    "RegistrationReport": {
        "allOf": [
            ref("Registration"),
            {
                "type": "object",
                "required": [
                    "title",
                    "standard",
                    "state",
                    "suspended",
                    "attempts",
                    "completion",
                    "success",
                    "score",
                    "seconds",
                    "tree",
                    "sessions",
                ],
                "properties": {
                    "title": TEXT,
                    "standard": TEXT,
                    "state": {"enum": ["not started", "running", "idle", "ended"]},
                    "suspended": {"type": "boolean"},
                    "attempts": {"type": "integer", "description": "Attempts on the course."},
                    "completion": {"enum": ["completed", "incomplete", "not attempted", "unknown"]},
                    "success": {"enum": ["passed", "failed", "unknown"]},
                    "score": ref("Score"),
                    "progress": NUMBER | {"description": "0 to 1."},
                    "seconds": {"type": "number", "description": "Time spent."},
                    "duration": {"type": "string", "description": "The same as an ISO 8601 duration."},
                    "completed": ANY_TIME,
                    "passed": ANY_TIME,
                    "tree": ref("Branch"),
                    "sessions": {
                        "type": "array",
                        "description": "Launches that are known, the oldest first. SCORM: `launched` until its player is "
                        "open, `initialized` while it is, `terminated` when the course was left or another player opened, "
                        "`expired` where neither happened in the link's time; without seconds.",
                        "items": {
                            "type": "object",
                            "required": ["session", "item", "mode", "state", "launched", "ended", "seconds"],
                            "properties": {
                                "session": TEXT,
                                "item": {"type": ["string", "null"]},
                                "mode": {"enum": ["normal", "browse", "review"]},
                                "state": {"enum": ["launched", "initialized", "terminated", "abandoned", "expired"]},
                                "launched": ANY_TIME,
                                "ended": ANY_TIME,
                                "seconds": NUMBER,
                            },
                        },
                    },
                },
            },
        ]
    },
    "Branch": {
        "type": "object",
        "required": ["item", "title", "completion", "success", "score", "progress", "attempts", "suspended", "objectives"],
        "properties": {
            "item": {"type": "string", "description": "The identifier in the package."},
            "title": TEXT,
            "completion": TEXT,
            "success": TEXT,
            "score": ref("Score"),
            "progress": NUMBER,
            "attempts": {"type": "integer"},
            "suspended": {"type": "boolean"},
            "objectives": {"type": "array", "items": {"type": "object"}},
            "satisfied": {"type": "boolean", "description": "Done: cmi5's moveOn is met; elsewhere completed and not failed."},
            "waived": {"type": ["string", "null"], "description": "The reason, where it was granted without the work."},
            "cmi": {
                "type": "object",
                "additionalProperties": TEXT,
                "description": "Run-time data by element, where cmi=true asked for them.",
            },
            "children": {"type": "array", "items": ref("Branch")},
        },
    },
    "NewLaunch": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "item": {"type": "string", "description": "Identifier of the item to begin with."},
            "mode": {"enum": ["normal", "browse", "review"], "default": "normal"},
            "attempt": {
                "enum": ["resume", "new"],
                "default": "resume",
                "description": "new: what there is becomes history when the link is first opened.",
            },
            "return_url": {"type": "string", "format": "uri", "description": "Where the learner goes afterwards."},
            "language": LANGUAGES,
            "player": {
                "type": "boolean",
                "description": "Whether the link opens the player. SCORM content always has it; for cmi5 and Tin Can the link "
                "opens the content unless this is true.",
            },
            "window": {
                "enum": ["frame", "new"],
                "default": "frame",
                "description": "Where content is shown: in the player's page, or in a window of its own.",
            },
            "resume": {
                "enum": ["now", "ask"],
                "default": "now",
                "description": "A course left in the middle goes on at once, or asks whether to go on or to start again.",
            },
        },
        "example": {},
    },
    "Launch": {
        "type": "object",
        "required": ["url", "session", "expires"],
        "properties": {
            "url": {"type": "string", "format": "uri", "description": "Opens the player or the content with no other login."},
            "session": TEXT,
            "expires": TIME,
            "mode": {"enum": ["normal", "browse", "review"], "description": "cmi5 and Tin Can: the mode that was chosen."},
            "window": {"enum": ["own", "any"], "description": "cmi5 and Tin Can: whether content needs a window of its own."},
        },
    },
    "Waiver": {
        "type": "object",
        "required": ["item", "reason"],
        "additionalProperties": False,
        "properties": {
            "item": {"type": "string", "description": "Identifier of the unit."},
            "reason": {"type": "string", "minLength": 1, "maxLength": 200},
        },
        "example": {"item": "https://example.com/units/1", "reason": "Tested Out"},
    },
    "Waived": {
        "type": "object",
        "required": ["registration", "item", "reason"],
        "properties": {"registration": UUID, "item": TEXT, "reason": TEXT},
    },
    "UnitSession": {
        "type": "object",
        "required": ["session", "registration", "item", "mode", "state", "launched", "refused"],
        "properties": {
            "session": UUID,
            "registration": UUID,
            "course": TEXT,
            "item": TEXT,
            "activity": TEXT,
            "mode": {"enum": ["normal", "browse", "review"]},
            "state": {"enum": ["launched", "initialized", "terminated", "abandoned"]},
            "launched": TIME,
            "fetched": ANY_TIME | {"description": "When content took its credential."},
            "seen": TIME | {"description": "When content last asked anything."},
            "ended": ANY_TIME,
            "expires": TIME,
            "seconds": NUMBER,
            "said": {"type": "object", "additionalProperties": TEXT, "description": "The statement of each accepted verb."},
            "refused": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "time": TIME,
                        "reason": TEXT,
                        "requirement": TEXT,
                        "message": TEXT,
                        "pointer": TEXT,
                        "found": {"type": ["string", "null"]},
                        "request": TEXT,
                        "statement": {"type": ["string", "null"]},
                        "verb": {"type": ["string", "null"]},
                    },
                },
                "description": "What content was refused, and by which section of the standard; the last 100.",
            },
        },
    },
    "Query": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "from": {"enum": list(SOURCES), "default": "attempts"},
            "filter": {"type": "object", "description": "The parameters of that list, as JSON; a list of values: any of them."},
            "group_by": {
                "type": "array",
                "maxItems": GROUPS_MAXIMUM,
                "items": {"type": ["string", "object"]},
                "description": 'Columns, or `{"bucket": column, "every": "week", "tz": "Europe/Paris"}` for times.',
            },
            "measures": {
                "type": "array",
                "maxItems": MEASURES_MAXIMUM,
                "items": {"type": "object"},
                "description": f"Each one of {', '.join(MEASURES)}, with a column; `as` names it.",
            },
            "having": {"type": "array", "items": {"type": "object"}, "description": "Conditions on measures."},
            "order": {"type": "array", "items": TEXT, "description": "Columns and measures; with - descending."},
            "limit": {"type": "integer", "minimum": 1, "maximum": QUERY_LIMIT},
        },
        "example": {
            "from": "attempts",
            "group_by": ["activity", {"bucket": "last", "every": "week"}],
            "measures": [{"count": "*"}, {"avg": "score_scaled", "as": "mean"}, {"rate": "passed"}],
            "order": ["-count"],
        },
    },
    "Schema": {
        "type": "object",
        "required": ["resource", "columns", "parameters"],
        "properties": {
            "resource": TEXT,
            "columns": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "type", "unit", "source", "meaning"],
                    "properties": {
                        "name": TEXT,
                        "type": {"enum": list(KINDS)},
                        "unit": {"type": ["string", "null"]},
                        "source": {
                            "type": "string",
                            "description": "What in a statement, or which rows.",
                        },
                        "meaning": TEXT,
                    },
                },
            },
            "parameters": {"type": "array", "items": TEXT},
        },
    },
    "QueryPage": {
        "type": "object",
        "required": ["rows", "next"],
        "properties": {
            "rows": {"type": "array", "items": {"type": "object"}, "description": "One member for each group and measure."},
            "next": {"type": "null"},
        },
    },
    "NewSavedQuery": {
        "type": "object",
        "additionalProperties": False,
        "required": ["query"],
        "properties": {"query": ref("Query"), "description": {"type": "string", "maxLength": DESCRIPTION_LENGTH}},
    },
    "SavedQuery": {
        "type": "object",
        "required": ["name", "description", "query", "revision", "created", "created_by", "updated", "updated_by", "result"],
        "properties": {
            "name": TEXT,
            "description": TEXT,
            "query": ref("Query"),
            "revision": {"type": "integer"},
            "created": TIME,
            "created_by": {"type": "string", "description": "The name of the credential."},
            "updated": TIME,
            "updated_by": {"type": "string", "description": "The name of the credential."},
            "result": {"type": "string", "description": "Where its rows are."},
        },
    },
    "NewExport": {
        "type": "object",
        "additionalProperties": False,
        "oneOf": [{"required": ["resource"]}, {"required": ["query"]}, {"required": ["saved"]}],
        "properties": ASKED,
    },
    "Export": {
        "type": "object",
        "required": ["id", "state", "format", "created", "rows", "bytes", "progress", "file"],
        "properties": {
            "id": UUID,
            "state": {"enum": list(STATES)},
            **ASKED,
            "created": TIME,
            "started": ANY_TIME,
            "finished": ANY_TIME,
            "expires": {**ANY_TIME, "description": "When the file is taken away."},
            "created_by": {"type": "string", "description": "The name of the credential."},
            "schedule": {"type": ["string", "null"], "description": "The schedule that asked for it."},
            "due": {**ANY_TIME, "description": "The time it was due by its schedule."},
            "rows": {"type": "integer", "description": "So far."},
            "bytes": {"type": "integer", "description": "So far."},
            "progress": {
                "type": ["number", "null"],
                "description": "0 to 1, an estimate; null: not known.",
            },
            "file": {"type": ["string", "null"], "description": "Where the file is, once it is done."},
            "sha256": {"type": ["string", "null"], "description": "Of the file."},
            "error": {"type": ["object", "null"], "description": "Why it failed: `code` and `detail`."},
        },
    },
    "Exports": page("exports", "Export"),
    "NewSchedule": {
        "type": "object",
        "additionalProperties": False,
        "oneOf": [{"required": ["cron"]}, {"required": ["every"]}],
        "properties": ASKED | CLOCK,
    },
    "Schedule": {
        "type": "object",
        "required": ["name", "format", "missed", "keep", "paused", "next", "revision"],
        "properties": {
            "name": TEXT,
            **ASKED,
            **CLOCK,
            "withheld": {
                "const": True,
                "description": "There, where filter, query and description are not shown: the schedule is another credential's, "
                "and the asking one may not see names.",
            },
            "paused_because": {"type": ["string", "null"], "description": "`credential`: the one it runs as was revoked."},
            "next": ANY_TIME,
            "revision": {"type": "integer"},
            "created": TIME,
            "updated": TIME,
            "updated_by": {"type": "string", "description": "The name of the credential that it runs as."},
            "runs": {
                "type": "array",
                "description": "The last ones, newest first; not in lists.",
                "items": {
                    "type": "object",
                    "properties": {
                        "due": TIME,
                        "missed": {"type": "integer", "description": "Times that passed unseen and that this run stands for."},
                        "export": {"type": ["string", "null"]},
                        "state": {"enum": [*STATES, "expired", "skipped"]},
                    },
                },
            },
        },
    },
    "Schedules": page("schedules", "Schedule"),
    "SavedQueries": page("queries", "SavedQuery"),
    **{f"{name.title()}Row": row(COLUMNS[name]) for name in ROWS},
    **{f"{name.title()}Page": row_page(f"{name.title()}Row") for name in ROWS},
    "Status": {"type": "object", "required": ["status"], "properties": {"status": TEXT}},
}
