"""Schemas of what is asked and decided about attempts: settings of a course, logs, explanations, corrections."""

from __future__ import annotations

from typing import Any

from scorm_runtime.overrides import TABLE, Row

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
ANY_TEXT: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer"}
NUMBER: Schema = {"type": ["number", "null"]}
ITEM: Schema = {"type": "string", "description": "Identifier of an item."}
KINDS = ["open", "commit", "terminate", "navigate", "suspend", "attempt", "reset", "reroll", "correct"]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(of: str) -> Schema:
    return {"type": "array", "items": ref(of)}


def table(properties: Schema, *required: str, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {}), **more}


def setting(row: Row) -> Schema:
    """What a body may say of one row of the table; null: nothing."""
    limits = {name: value for name, value in (("minimum", row.least), ("maximum", row.most)) if value is not None}
    if row.type == "choice":
        return {"enum": [*row.choices, None], "description": row.help}
    kind = {"flag": "boolean"}.get(row.type, row.type)
    return {"type": [kind, "null"], **limits, "description": row.help}


EFFECTIVE: Schema = {
    "value": {"description": "What holds."},
    "source": {"enum": ["item", "course", "package", "server", "default"], "description": "Who says so."},
}
BY: Schema = {"anyOf": [ref("Agent")], "description": "Who decides; the credential's own Agent when absent."}
PAGE: Schema = {"type": ["string", "null"], "description": "The `cursor` of the next page; null: there is none."}

SCHEMAS: dict[str, Schema] = {
    "CourseSettingsChange": table(
        {name: setting(row) for name, row in TABLE.items() if "course" in row.levels}
        | {
            "items": {
                "type": "object",
                "description": "By identifier, for single items.",
                "additionalProperties": table(
                    {name: setting(row) for name, row in TABLE.items() if "item" in row.levels}, additionalProperties=False
                ),
            }
        },
        additionalProperties=False,
        example={"completion_rule": "when_passed", "passing_score": 0.75, "max_attempts": 3},
    ),
    "CourseSettings": table(
        {
            "course": TEXT,
            "version": COUNT,
            "settings": {"type": "object", "additionalProperties": ref("CourseSetting")},
            "items": {
                "type": "object",
                "description": "Of the items that differ from the course: each setting that an item can have.",
                "additionalProperties": {"type": "object", "additionalProperties": table(EFFECTIVE, "value", "source")},
            },
            "changed": ANY_TIME,
            "by": ANY_TEXT,
        },
        "course",
        "version",
        "settings",
        "items",
        "changed",
        "by",
    ),
    "CourseSetting": table(
        EFFECTIVE
        | {
            "course": {"description": "What was decided for the course; absent: nothing."},
            "package": {"description": "What the package says."},
            "server": {"description": "What the server's setting says."},
            "default": {},
            "type": {"enum": ["number", "integer", "flag", "choice"]},
            "choices": {"type": "array", "items": TEXT},
            "least": NUMBER,
            "most": NUMBER,
            "levels": {"type": "array", "items": {"enum": ["server", "course", "item"]}},
            "help": TEXT,
        },
        "value",
        "source",
        "default",
        "type",
        "help",
    ),
    "Decision": table(
        {"reason": {"type": "string", "maxLength": 1000}, "by": BY},
        additionalProperties=False,
        example={"reason": "The learner changed to another site"},
    ),
    "CorrectionOfStatus": table(
        {
            "item": ITEM | {"description": "Identifier of an item that can be launched; absent: the course as a whole."},
            "completion": {"enum": ["completed", "incomplete"]},
            "success": {"enum": ["passed", "failed"]},
            "score": table({"scaled": NUMBER, "raw": NUMBER, "min": NUMBER, "max": NUMBER}, additionalProperties=False),
            "progress": {"type": "number", "minimum": 0, "maximum": 1},
            "reason": {"type": "string", "minLength": 1, "maxLength": 1000},
            "by": BY,
        },
        "reason",
        additionalProperties=False,
        example={"completion": "completed", "success": "passed", "score": {"scaled": 0.85}, "reason": "Passed on paper"},
    ),
    "Log": table({"entries": listed("LogEntry"), "next": PAGE}, "entries", "next"),
    "LogEntry": table(
        {
            "n": COUNT | {"description": "Entries are numbered without gaps."},
            "time": TIME,
            "kind": {"enum": KINDS},
            "window": COUNT | {"description": "Which window of the player."},
            "run": COUNT | {"description": "Which delivery of an item."},
            "item": ITEM,
            "commits": {"type": "array", "items": table({"n": COUNT, "time": TIME, "elements": COUNT})},
            "calls": listed("ApiCall"),
            "refused": {"type": "array", "items": table({"element": TEXT, "error": COUNT})},
            "request": table({"kind": TEXT, "target": TEXT}),
            "delivered": ITEM,
            "exception": {"type": "string", "description": "Why the sequencing refused it, by the standard's code."},
            "trace": {"type": "array", "items": TEXT, "description": "What the sequencing decided, in its order."},
            "changes": listed("StatusChange"),
            "statements": COUNT | {"description": "How many statements it became."},
            "by": TEXT,
            "reason": TEXT,
        },
        "n",
        "time",
        "kind",
    ),
    "ApiCall": table(
        {
            "after": {"type": "number", "description": "Seconds since the run began."},
            "call": TEXT,
            "element": TEXT,
            "value": TEXT,
            "error": COUNT,
            "times": COUNT | {"description": "The same call, so often in a row."},
        },
        "after",
        "call",
        "element",
        "value",
    ),
    "StatusChange": table(
        {
            "item": ANY_TEXT | {"description": "null: the course."},
            "what": {"enum": ["completion", "success", "scaled"]},
            "before": {},
            "after": {},
            "rule": TEXT,
            "text": TEXT,
        },
        "item",
        "what",
        "before",
        "after",
        "rule",
        "text",
    ),
    "Reason": table(
        {
            "value": {"description": "The status, or the scaled score."},
            "rule": {"type": "string", "description": "A stable name of the rule."},
            "text": {"type": "string", "description": "The same for people."},
            "because": {"type": "array", "items": TEXT, "description": "What it rests on, part by part."},
            "since": table({"time": TIME, "run": COUNT, "commit": COUNT}),
        },
        "value",
        "rule",
        "text",
        "because",
    ),
    "Explanation": table(
        {
            "registration": {"type": "string", "format": "uuid"},
            "course": table({"completion": ref("Reason"), "success": ref("Reason"), "score": ref("Reason")}),
            "title": TEXT,
            "standard": TEXT,
            "version": COUNT,
            "actor": ref("Agent"),
            "created": TIME,
            "state": {"enum": ["not started", "running", "idle", "ended"]},
            "suspended": FLAG,
            "attempt": COUNT,
            "credit": FLAG,
            "missing": {"type": "array", "items": table({"item": ITEM, "title": TEXT, "text": TEXT})},
            "items": listed("ExplainedItem"),
            "decided": {"type": "array", "items": table({"item": ANY_TEXT, "name": TEXT, "value": {}, "source": TEXT})},
            "correction": ref("Correction"),
        },
        "registration",
        "course",
        "items",
        "missing",
        "decided",
    ),
    "ExplainedItem": table(
        {
            "item": ITEM,
            "title": TEXT,
            "depth": COUNT,
            "kind": {"enum": ["cluster", "sco", "asset"]},
            "attempts": COUNT,
            "suspended": FLAG,
            "completion": ref("Reason"),
            "success": ref("Reason"),
            "score": ref("Reason"),
            "session": {"type": ["object", "null"], "description": "Its latest delivery."},
            "correction": ref("Correction"),
        },
        "item",
        "title",
        "completion",
        "success",
        "score",
    ),
    "Correction": {
        "type": ["object", "null"],
        "properties": {"by": TEXT, "reason": TEXT, "at": TIME, "completion": TEXT, "success": TEXT, "scaled": NUMBER},
    },
    "RunTimeData": table(
        {
            "registration": {"type": "string", "format": "uuid"},
            "exported": TIME,
            "attempt": COUNT,
            "items": {
                "type": "array",
                "items": table({"item": ITEM, "run": COUNT, "cmi": {"type": "object", "additionalProperties": TEXT}}),
            },
            "stores": {"type": "object", "additionalProperties": TEXT},
            "preference": {"type": "object", "additionalProperties": TEXT},
            "objectives": {"type": "object"},
        },
        "registration",
        "items",
        "stores",
        "preference",
        "objectives",
    ),
    "Attempts": table({"attempts": listed("AttemptOnCourse"), "next": PAGE}, "attempts", "next"),
    "AttemptOnCourse": table(
        {
            "number": COUNT,
            "current": FLAG,
            "version": COUNT,
            "began": ANY_TIME,
            "ended": ANY_TIME,
            "state": TEXT,
            "completion": TEXT,
            "success": TEXT,
            "score": ref("Score"),
            "progress": NUMBER,
            "seconds": {"type": "number"},
            "duration": TEXT,
            "completed": ANY_TIME,
            "passed": ANY_TIME,
            "by": ANY_TEXT,
            "reason": ANY_TEXT,
            "statements": table(
                {
                    "first": {"type": ["integer", "null"]},
                    "last": {"type": ["integer", "null"]},
                    "ids": {"type": "array", "items": {"type": "string", "format": "uuid"}},
                },
                description="Numbers among the registration's statements; their ids when asked for.",
            ),
        },
        "number",
        "current",
        "completion",
        "success",
        "score",
        "statements",
    ),
}
