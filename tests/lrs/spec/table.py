"""Every property of a statement: where it stands, in which section of the standard, what is right and what is wrong.

A row is (section, pointer, required, right values, wrong types, wrong values). `{}` in a section is the number in 1.0.3 Data;
rows with versions name the ones that know the property."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# ruff: noqa: E501

IRI_WRONG = ["example.com/x", "ab=c://should.fail", "", "http://a b", "http://a/%zz", "://x"]
UUID_WRONG = [
    "",
    "AA97B177-9383-4934-8543-0F91A7A028368",
    "MA97B177-9383-4934-8543-0F91A7A02836",
    "{39e24cc4-69af-4b01-a824-1fdc6ea8a3af}",
]
TEXT = [1, True, {}, []]
MAP = ["en", 1, []]
MAP_WRONG = [{"a12345": "x"}, {"en": 1}, {"en": None}, {"": "x"}, {"en_US": "x"}]
MAP_RIGHT = [{}, {"en": "x"}, {"en-US": "x", "zh-Hant-TW": "y"}, {"i-klingon": "z"}, {"x-mine": "a"}, {"und": ""}]
EXTENSIONS_WRONG = [{"not an iri": 1}, {"": 1}]
EXTENSIONS_RIGHT = [{}, {"http://a.b/c": None}, {"http://a.b/c": {"deep": [1, {"x": None}]}}]
OBJECT = ["x", 1, True, []]
NUMBER = ["1", True, {}, []]
DURATION_RIGHT = ["PT4H35M59.14S", "P3Y", "P4W", "P1Y2M3DT4H5M6S", "PT0.125S", "PT1H0M0.1S", "P1.5D"]
DURATION_WRONG = ["", "P", "PT", "PA1H0M0S", "P1H", "PT1.5H3M", "P0001-01-01T00:00:00", "4H", "-PT1H", "P4W2D"]
TIMES_RIGHT = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00+02:00", "2026-01-31T23:59:60Z"]
TIMES_WRONG = [
    "", "01/011/2015", "2008-09-15T15:53:00.601-00", "2008-09-15T15:53:00.601-0000", "2008-09-15T15:53:00.601-00:00",
    "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-31", "12:00:00Z", "2026-01-31T24:00:01Z", "20260131T120000Z",
]  # fmt: skip
SHA2 = "672fa5fa658017f1b72d65036f13379c6ab05d4ab3b6664908d8acf0b6a0c634"
UUID = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
AGENT = {"mbox": "mailto:a@example.com"}
GROUP = {"objectType": "Group", "member": [AGENT]}
ACTIVITY = {"id": "http://example.com/a"}
COMPONENTS_WRONG = [[{"id": ""}], [{}], [{"id": "a", "more": 1}], [{"id": "a", "description": "x"}]]

ACTOR_WRONG = [
    {},
    {"name": "no identifier"},
    {**AGENT, "openid": "http://a.b/"},
    {**AGENT, "more": 1},
    {"objectType": "agent", **AGENT},
]
AGENT_WRONG = [*ACTOR_WRONG, GROUP]
GROUP_WRONG = [
    AGENT,
    {"objectType": "Group"},
    {"objectType": "Group", "member": [GROUP]},
    {"objectType": "Group", "member": AGENT},
]
REF = {"objectType": "StatementRef", "id": UUID}

Row = tuple[str, str, bool, list[Any], list[Any], list[Any]]

STATEMENT: list[Row] = [
    ("XAPI-00027 XAPI-00028 XAPI-00029 XAPI-00030 Data 2.4.1", "/id", False, [UUID, UUID.upper()], TEXT, UUID_WRONG),
    ("XAPI-00003 XAPI-00034 Data 2.4.2", "/actor", True, [AGENT, GROUP], OBJECT, ACTOR_WRONG),
    ("XAPI-00033 Data 2.4.2.1", "/actor/name", False, ["", "x"], TEXT, []),
    ("XAPI-00038 Data 2.4.2.3", "/actor/mbox", True, ["mailto:a+b@example.com"], TEXT, ["a@b.c", "mailto:a", "http://a.b/", "mailto:a@b@c", ""]),
    ("XAPI-00004 Data 2.4.3", "/verb", True, [{"id": "http://a.b/c"}], OBJECT, [{}, {"id": "http://a.b/c", "more": 1}]),
    ("XAPI-00044 XAPI-00011 Data 2.4.3", "/verb/id", True, ["urn:x:y", "http://a.b/ä"], TEXT, IRI_WRONG),
    ("XAPI-00045 XAPI-00121 XAPI-00013 Data 2.4.3", "/verb/display", False, MAP_RIGHT, MAP, MAP_WRONG),
    ("XAPI-00005 XAPI-00046 Data 2.4.4", "/object", True, [ACTIVITY, AGENT | {"objectType": "Agent"}, GROUP, REF], OBJECT, [{}, {"objectType": "Thing", "id": "http://a.b/"}]),
    ("XAPI-00046 Data 2.4.4.1", "/object/objectType", False, ["Activity"], TEXT, ["activity", "Thing", ""]),
    ("XAPI-00047 Data 2.4.4.1", "/object/id", True, ["http://a.b/c", "urn:x"], TEXT, IRI_WRONG),
    ("XAPI-00048 Data 2.4.4.1", "/object/definition", False, [{}], OBJECT, [{"more": 1}]),
    ("XAPI-00056 Data 2.4.4.1", "/object/definition/name", False, MAP_RIGHT, MAP, MAP_WRONG),
    ("XAPI-00059 Data 2.4.4.1", "/object/definition/description", False, MAP_RIGHT, MAP, MAP_WRONG),
    ("XAPI-00060 Data 2.4.4.1", "/object/definition/type", False, ["http://a.b/c"], TEXT, IRI_WRONG),
    ("XAPI-00061 Data 2.4.4.1", "/object/definition/moreInfo", False, ["http://a.b/c"], TEXT, IRI_WRONG),
    ("XAPI-00057 Data 2.4.4.1", "/object/definition/extensions", False, EXTENSIONS_RIGHT, OBJECT, EXTENSIONS_WRONG),
    ("XAPI-00049 XAPI-00064 Data 2.4.4.1", "/object/definition/interactionType", True, ["choice", "true-false", "other"], TEXT, ["Choice", "quiz", ""]),
    ("XAPI-00064 Data 2.4.4.1", "/object/definition/correctResponsesPattern", False, [[], ["a[,]b"]], ["a", {}, 1], [[1], [None]]),
    ("Data 2.4.4.1", "/object/definition/choices", False, [[], [{"id": "a", "description": {"en": "A"}}]], ["a", {}], COMPONENTS_WRONG),
    ("Data 2.4.4.1", "/object/definition/scale", False, [[], [{"id": "a"}]], ["a", {}], COMPONENTS_WRONG),
    ("Data 2.4.4.1", "/object/definition/source", False, [[], [{"id": "a"}]], ["a", {}], COMPONENTS_WRONG),
    ("Data 2.4.4.1", "/object/definition/target", False, [[], [{"id": "a"}]], ["a", {}], COMPONENTS_WRONG),
    ("Data 2.4.4.1", "/object/definition/steps", False, [[], [{"id": "a"}, {"id": "b"}]], ["a", {}], COMPONENTS_WRONG),
    ("Data 2.4.5", "/result", False, [{}], OBJECT, [{"more": 1}]),
    ("XAPI-00079 Data 2.4.5", "/result/score", False, [{}], OBJECT, [{"more": 1}]),
    ("XAPI-00074 Data 2.4.5", "/result/success", False, [True, False], ["true", 1, {}], []),
    ("XAPI-00075 Data 2.4.5", "/result/completion", False, [True, False], ["true", 0, {}], []),
    ("XAPI-00076 Data 2.4.5", "/result/response", False, ["", "x"], TEXT, []),
    ("XAPI-00077 XAPI-00124 Data 2.4.5", "/result/duration", False, DURATION_RIGHT, TEXT, DURATION_WRONG),
    ("XAPI-00078 Data 2.4.5", "/result/extensions", False, EXTENSIONS_RIGHT, OBJECT, EXTENSIONS_WRONG),
    ("XAPI-00083 Data 2.4.5.1", "/result/score/scaled", False, [-1, 0, 0.5, 1, 1.0], NUMBER, [1.01, -1.01, 7]),
    ("XAPI-00082 Data 2.4.5.1", "/result/score/raw", False, [0, 55.5], NUMBER, [-1, 101]),
    ("XAPI-00081 Data 2.4.5.1", "/result/score/min", False, [-5, 0], NUMBER, [100, 200]),
    ("XAPI-00080 Data 2.4.5.1", "/result/score/max", False, [100.5], NUMBER, [0, -1]),
    ("Data 2.4.6", "/context", False, [{}], OBJECT, [{"more": 1}]),
    ("XAPI-00029 Data 2.4.6", "/context/registration", False, [UUID], TEXT, UUID_WRONG),
    ("XAPI-00087 Data 2.4.6", "/context/instructor", False, [AGENT, GROUP], OBJECT, ACTOR_WRONG),
    ("XAPI-00088 Data 2.4.6", "/context/team", False, [GROUP], OBJECT, GROUP_WRONG),
    ("XAPI-00086 XAPI-00093 Data 2.4.6", "/context/contextActivities", False, [{}], OBJECT, [{"more": []}]),
    ("XAPI-00089 Data 2.4.6", "/context/revision", False, ["", "1"], TEXT, []),
    ("XAPI-00090 Data 2.4.6", "/context/platform", False, ["", "x"], TEXT, []),
    ("XAPI-00091 Data 2.4.6", "/context/language", False, ["en", "de-CH-1996"], TEXT, ["", "a12345", "en_US"]),
    ("XAPI-00092 Data 2.4.6", "/context/statement", False, [REF], OBJECT, [{"id": UUID}, {"objectType": "StatementRef"}]),
    ("XAPI-00118 XAPI-00119 XAPI-00120 Data 2.4.6", "/context/extensions", False, EXTENSIONS_RIGHT, OBJECT, EXTENSIONS_WRONG),
    ("XAPI-00094 Data 2.4.6.2", "/context/contextActivities/parent", False, [ACTIVITY, [], [ACTIVITY]], ["x", 1], [{}, [{}], [AGENT]]),
    ("XAPI-00094 Data 2.4.6.2", "/context/contextActivities/grouping", False, [ACTIVITY, [ACTIVITY]], ["x", 1], [{}, [{}], [REF]]),
    ("XAPI-00094 Data 2.4.6.2", "/context/contextActivities/category", False, [ACTIVITY, [ACTIVITY]], ["x", 1], [{}, [None]]),
    ("XAPI-00094 Data 2.4.6.2", "/context/contextActivities/other", False, [ACTIVITY, [ACTIVITY, ACTIVITY]], ["x", 1], [{}, ["x"]]),
    ("XAPI-00022 XAPI-00123 Data 2.4.7", "/timestamp", False, TIMES_RIGHT, TEXT, TIMES_WRONG),
    ("XAPI-00023 Data 2.4.8", "/stored", False, TIMES_RIGHT, TEXT, TIMES_WRONG),
    (
        "XAPI-00024 XAPI-00098 XAPI-00100 Data 2.4.9",
        "/authority",
        False,
        [AGENT, {"objectType": "Group", "member": [AGENT, AGENT]}],
        OBJECT,
        [*ACTOR_WRONG, GROUP, {"objectType": "Group", "member": [AGENT] * 3}, {"objectType": "Group", "member": [AGENT] * 2, **AGENT}],
    ),
    ("XAPI-00101 Data 2.4.10", "/version", False, ["1.0", "1.0.0", "1.0.3", "1.0.9"], TEXT, ["", "0.9.9", "1.1.0", "3.0.0", "1", "1.0.x"]),
    ("XAPI-00025 Data 2.4.11", "/attachments", False, [[]], [{}, "x", 1], [[{}], [None]]),
    ("XAPI-00107 Data 2.4.11", "/attachments/0/usageType", True, ["http://a.b/c"], TEXT, IRI_WRONG),
    ("XAPI-00106 Data 2.4.11", "/attachments/0/display", True, MAP_RIGHT, MAP, MAP_WRONG),
    ("Data 2.4.11", "/attachments/0/description", False, MAP_RIGHT, MAP, MAP_WRONG),
    ("XAPI-00105 Data 2.4.11", "/attachments/0/contentType", True, ["text/plain", "text/plain; charset=utf-8"], TEXT, ["", "text", "a b/c"]),
    ("XAPI-00102 Data 2.4.11", "/attachments/0/length", True, [0, 12], ["1", True, {}, 1.5], [-1]),
    ("XAPI-00103 Data 2.4.11", "/attachments/0/sha2", True, [SHA2, SHA2.upper(), "a" * 96, "b" * 128], TEXT, ["", "abc", "g" * 64]),
    ("XAPI-00104 Data 2.4.11", "/attachments/0/fileUrl", False, ["http://a.b/c"], TEXT, IRI_WRONG),
]  # fmt: skip

IN_CONTEXT_2: list[Row] = [
    ("IEEE 4.2.2.5", "/context/contextAgents", False, [[]], [{}, "x"], [[AGENT], [{"objectType": "contextAgent"}]]),
    ("IEEE 4.2.2.5", "/context/contextAgents/0/objectType", True, ["contextAgent"], TEXT, ["contextagent", "Agent", ""]),
    ("IEEE 4.2.2.5", "/context/contextAgents/0/agent", True, [AGENT], OBJECT, AGENT_WRONG),
    ("IEEE 4.2.2.5", "/context/contextAgents/0/relevantTypes", False, [["http://a.b/c"]], [{}, "x"], [[], ["x"], [1], [None]]),
    ("IEEE 4.2.2.5", "/context/contextGroups", False, [[]], [{}, "x"], [[GROUP], [{"objectType": "contextGroup"}]]),
    ("IEEE 4.2.2.5", "/context/contextGroups/0/objectType", True, ["contextGroup"], TEXT, ["contextgroup", "Group", ""]),
    ("IEEE 4.2.2.5", "/context/contextGroups/0/group", True, [GROUP], OBJECT, GROUP_WRONG),
    ("IEEE 4.2.2.5", "/context/contextGroups/0/relevantTypes", False, [["http://a.b/c"]], [{}, "x"], [[], ["x"], [1], [None]]),
]  # fmt: skip

IDENTIFIERS: dict[str, tuple[Any, list[Row]]] = {
    "mbox": ("mailto:a@example.com", [
        ("XAPI-00038 Data 2.4.2.3", "/mbox", True, ["mailto:a+b@example.com"], TEXT, ["a@b.c", "mailto:a", "http://a.b/", "mailto:a@b@c", ""]),
    ]),
    "mbox_sha1sum": ("a" * 40, [
        ("XAPI-00039 Data 2.4.2.3", "/mbox_sha1sum", True, ["a" * 40, "A" * 40], TEXT, ["", "a" * 39, "g" * 40]),
    ]),
    "openid": ("http://a.b/", [("XAPI-00040 Data 2.4.2.3", "/openid", True, ["http://a.b/c"], TEXT, IRI_WRONG)]),
    "account": ({"homePage": "http://a.b/", "name": "x"}, [
        ("XAPI-00041 Data 2.4.2.4", "/account", True, [{"homePage": "http://a.b/", "name": "x"}], OBJECT, [{}, {"homePage": "http://a.b/"}]),
        ("XAPI-00042 Data 2.4.2.4", "/account/homePage", True, ["http://a.b/"], TEXT, IRI_WRONG),
        ("XAPI-00043 Data 2.4.2.4", "/account/name", True, ["x"], TEXT, [""]),
    ]),
}  # fmt: skip

AGENT_ROWS: list[Row] = [
    ("XAPI-00031 XAPI-00032 Data 2.4.2.1", "/objectType", False, ["Agent"], TEXT, ["agent", "Person", "Activity", ""]),
    ("XAPI-00033 Data 2.4.2.1", "/name", False, ["", "x"], TEXT, []),
]
GROUP_ROWS: list[Row] = [
    ("XAPI-00031 Data 2.4.2.2", "/objectType", True, ["Group"], TEXT, ["group", "Agent", ""]),
    ("Data 2.4.2.2", "/name", False, ["", "x"], TEXT, []),
]
MEMBERS = [[AGENT, AGENT], [AGENT | {"objectType": "Agent", "name": "x"}]]
MEMBERS_WRONG = [[GROUP], [{}], [{"name": "x"}], [ACTIVITY], [None]]
IDENTIFIED_GROUP: Row = ("XAPI-00036 XAPI-00037 Data 2.4.2.2", "/member", False, [[], *MEMBERS], [AGENT, "x"], MEMBERS_WRONG)
ANONYMOUS_GROUP: Row = ("XAPI-00035 XAPI-00036 Data 2.4.2.2", "/member", True, MEMBERS, [AGENT, "x"], MEMBERS_WRONG)

REFERENCE: list[Row] = [
    ("XAPI-00073 Data 2.4.4.3", "/object/objectType", True, ["StatementRef"], TEXT, ["statementRef", "Statement", ""]),
    ("XAPI-00072 Data 2.4.4.3", "/object/id", True, [UUID], TEXT, UUID_WRONG),
]
IN_CONTEXT: list[Row] = [
    ("XAPI-00092 Data 2.4.6", "/context/statement/objectType", True, ["StatementRef"], TEXT, ["Statementref", "Agent", ""]),
    ("XAPI-00092 Data 2.4.6", "/context/statement/id", True, [UUID], TEXT, UUID_WRONG),
    ("XAPI-00094 Data 2.4.6.2", "/context/contextActivities/parent/0/id", True, ["http://a.b/c"], TEXT, IRI_WRONG),
]
COMPONENTS: list[Row] = [
    row
    for key in ("choices", "scale", "source", "target", "steps")
    for row in (
        ("Data 2.4.4.1", f"/object/definition/{key}/0/id", True, ["b", "é ö"], TEXT, [""]),
        ("Data 2.4.4.1", f"/object/definition/{key}/0/description", False, MAP_RIGHT, MAP, MAP_WRONG),
    )
]
SUBSTATEMENT: list[Row] = [
    (
        "XAPI-00073 XAPI-00066 Data 2.4.4.3",
        "/object/objectType",
        True,
        ["SubStatement"],
        TEXT,
        ["subStatement", "Substatement", ""],
    ),
]

NOT_IN_SUBSTATEMENTS = ("/id", "/stored", "/version", "/authority")


def under(place: str, rows: list[Row], number: str = "") -> list[Row]:
    """The same rows for what stands at another place; the requirement there may have another number."""
    return [(number or row[0], place + row[1], *row[2:]) for row in rows]


def cases(version: str) -> Iterator[tuple[str, dict[str, Any], list[Row]]]:
    """Statements that together have everything a statement can have, each with the rows that apply to it."""
    full = whole(version)
    rows = [*STATEMENT, *COMPONENTS, *IN_CONTEXT, *(IN_CONTEXT_2 if version == "2.0.0" else [])]
    yield "statement", full, rows
    inner = [row for row in rows if not row[1].startswith(NOT_IN_SUBSTATEMENTS)]
    yield (
        "substatement",
        in_substatement(full),
        [*SUBSTATEMENT, *under("/object", [("XAPI-00066 " + row[0], *row[1:]) for row in inner])],
    )
    bare = with_value(full, "/context", {})
    yield "reference", with_value(bare, "/object", REF), REFERENCE
    for kind, (right, own) in IDENTIFIERS.items():
        agent = {"objectType": "Agent", "name": "A", kind: right}
        group = {"objectType": "Group", "name": "A", kind: right, "member": [AGENT]}
        yield f"agent by {kind}", with_value(full, "/actor", agent), under("/actor", [*AGENT_ROWS, *own])
        yield f"group by {kind}", with_value(full, "/actor", group), under("/actor", [*GROUP_ROWS, IDENTIFIED_GROUP])
        without = {key: value for key, value in group.items() if key != "member"}
        yield f"group by {kind} alone", with_value(full, "/actor", without), under("/actor", own)
        yield f"object agent by {kind}", with_value(bare, "/object", agent), under("/object", own)
    anonymous = {"objectType": "Group", "name": "A", "member": [AGENT]}
    yield "anonymous group", with_value(full, "/actor", anonymous), under("/actor", [*GROUP_ROWS, ANONYMOUS_GROUP])
    yield "object group", with_value(bare, "/object", anonymous), under("/object", [GROUP_ROWS[1], ANONYMOUS_GROUP])
    authority = {**anonymous, "member": [AGENT, AGENT]}
    wrong = [*MEMBERS_WRONG, [AGENT], [AGENT] * 3]
    members: Row = ("XAPI-00098 XAPI-00100 Data 2.4.9", "/authority/member", True, MEMBERS[:1], [AGENT, "x"], wrong)
    yield (
        "authority",
        with_value(full, "/authority", authority),
        [members, *under("/authority", GROUP_ROWS, "XAPI-00024 Data 2.4.9")],
    )


def whole(version: str) -> dict[str, Any]:
    """A statement that has every property."""
    statement: dict[str, Any] = {
        "id": UUID,
        "actor": {"objectType": "Agent", "name": "A", "mbox": "mailto:a@example.com"},
        "verb": {"id": "http://example.com/did", "display": {"en": "did"}},
        "object": {
            "objectType": "Activity",
            "id": "http://example.com/a",
            "definition": {
                "name": {"en": "A"},
                "description": {"en": "An A"},
                "type": "http://example.com/type",
                "moreInfo": "http://example.com/more",
                "extensions": {"http://example.com/e": 1},
                "interactionType": "choice",
                "correctResponsesPattern": ["a"],
                **{key: [{"id": "a", "description": {"en": "A"}}] for key in ("choices", "scale", "source", "target", "steps")},
            },
        },
        "result": {
            "score": {"scaled": 0.5, "raw": 50, "min": 0, "max": 100},
            "success": True,
            "completion": True,
            "response": "a",
            "duration": "PT1S",
            "extensions": {"http://example.com/e": 1},
        },
        "context": {
            "registration": UUID,
            "instructor": AGENT,
            "team": GROUP,
            "contextActivities": {key: [ACTIVITY] for key in ("parent", "grouping", "category", "other")},
            "revision": "1",
            "platform": "x",
            "language": "en",
            "statement": REF,
            "extensions": {"http://example.com/e": 1},
        },
        "timestamp": "2026-01-31T12:00:00Z",
        "stored": "2026-01-31T12:00:00Z",
        "authority": AGENT,
        "version": "1.0.0",
        "attachments": [
            {
                "usageType": "http://example.com/usage",
                "display": {"en": "A"},
                "description": {"en": "An A"},
                "contentType": "text/plain",
                "length": 1,
                "sha2": SHA2,
                "fileUrl": "http://example.com/file",
            }
        ],
    }
    if version == "2.0.0":
        statement["context"]["contextAgents"] = [
            {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["http://a.b/c"]}
        ]
        statement["context"]["contextGroups"] = [
            {"objectType": "contextGroup", "group": GROUP, "relevantTypes": ["http://a.b/c"]}
        ]
    return statement


def in_substatement(statement: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in statement.items() if f"/{key}" not in NOT_IN_SUBSTATEMENTS}
    return {"actor": AGENT, "verb": {"id": "http://a.b/c"}, "object": {"objectType": "SubStatement", **inner}}


def with_value(statement: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy with the value at the pointer; `...` takes it away."""
    keys = [int(key) if key.isdigit() else key for key in place[1:].split("/")]

    def changed(node: Any, rest: list[Any]) -> Any:
        if not rest:
            return value
        copy: Any = list(node) if isinstance(node, list) else dict(node)
        if len(rest) == 1 and value is ...:
            del copy[rest[0]]
        else:
            copy[rest[0]] = changed(copy[rest[0]] if len(rest) > 1 else None, rest[1:])
        return copy

    return changed(statement, keys)
