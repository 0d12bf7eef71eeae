"""Every operation of the application origin: the table that the OpenAPI document and the page at /api/docs are made of.

What an operation requires is not written here: it is read from the view that serves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics import saved
from analytics.charts import KINDS
from analytics.columns import COLUMNS
from analytics.formats import ACCEPTED, FORMATS
from analytics.parameters import COUNTS, NOT, RESOURCES
from analytics.views.charts import WIDTHS
from analytics.views.reads import READ_PARAMETERS
from analytics.views.rows import WITH_TOMBSTONES

JSON = "application/json"
PROBLEM = "application/problem+json"
TEXT: dict[str, Any] = {"type": "string"}
IRI: dict[str, Any] = {"type": "string", "format": "iri"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
SAVED_NAME: dict[str, Any] = {"type": "string", "pattern": f"^{saved.NAME.pattern}$"}
FLAG: dict[str, Any] = {"type": "boolean", "default": False}
AGENT: dict[str, Any] = {"type": "string", "contentMediaType": JSON, "description": "An xAPI Agent as JSON."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)
    required: bool = False
    place: str = "query"
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    about: str
    schema: str | None = None
    types: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    method: str
    path: str
    id: str
    tag: str
    summary: str
    about: str = ""
    parameters: tuple[str, ...] = ()
    body: Mapping[str, str | None] = field(default_factory=dict)  # media type -> schema
    body_required: bool = True
    answers: Mapping[int, Answer] = field(default_factory=dict)
    errors: tuple[int, ...] = ()


TAGS: dict[str, str] = {
    "xAPI": "The Learning Record Store: xAPI 1.0.3 and 2.0.0. The header X-Experience-API-Version says which. "
    "Below /xapi/1.0.3 and /xapi/2.0.0 it is the same; answers to requests without the header carry that version there.",
    "Courses": "Packages in, courses out.",
    "Registrations": "A learner in a course: registered, launched, followed.",
    "Analytics": "Completion, scores and attempts, kept current as statements are stored, whoever sent them.",
    "Credentials": "Keys with scopes.",
    "Service": "Probes, metrics, this document.",
}


def _parameter(
    key: str,
    about: str,
    schema: Mapping[str, Any] = TEXT,
    *,
    required: bool = False,
    place: str = "query",
    repeatable: bool = False,
) -> tuple[str, Parameter]:
    """The name is what follows the last dot of the key."""
    name = key.rpartition(".")[2]
    return key, Parameter(name=name, about=about, schema=schema, required=required, place=place, repeatable=repeatable)


PARAMETERS: dict[str, Parameter] = dict(
    (
        _parameter("export.format", "The only format there is.", {"enum": ["cmi5"]}, required=True),
        _parameter(
            "path.version",
            "The version that answers to requests without a version header carry.",
            {"enum": ["1.0.3", "2.0.0"]},
            required=True,
            place="path",
        ),
        _parameter("path.course_id", "The course's id.", required=True, place="path"),
        _parameter("path.registration", "The registration's UUID.", UUID, required=True, place="path"),
        _parameter("path.session", "The session's id.", UUID, required=True, place="path"),
        _parameter("path.resource", "The list.", {"enum": sorted(COLUMNS)}, required=True, place="path"),
        _parameter("rows.resource", "Which list's rows.", {"enum": list(WITH_TOMBSTONES), "default": "attempts"}),
        _parameter("path.name", "The file's path.", required=True, place="path"),
        _parameter("path.export_id", "The export's id.", UUID, required=True, place="path"),
        _parameter("Range", "The part that is wanted, as in `bytes=1000-`.", place="header"),
        _parameter("path.saved.name", "The name.", SAVED_NAME, required=True, place="path"),
        _parameter("path.key", "The credential's key.", required=True, place="path"),
        _parameter(
            "X-Experience-API-Version",
            "1.0.x or 2.0.x.",
            {"type": "string", "examples": ["2.0.0", "1.0.3"]},
            required=True,
            place="header",
        ),
        _parameter("If-Match", "Only if the document has this ETag.", place="header"),
        _parameter("If-None-Match", "Only if the document has none of these ETags; *: only if there is none.", place="header"),
        _parameter("path.upload_id", "The upload's id.", required=True, place="path"),
        _parameter(
            "Upload-Length", "Bytes of the whole package.", {"type": "integer", "minimum": 1}, required=True, place="header"
        ),
        _parameter("Upload-Offset", "Where the piece begins.", {"type": "integer", "minimum": 0}, required=True, place="header"),
        _parameter("Repr-Digest", "SHA-256 of the whole package (RFC 9530): `sha-256=:base64:`.", place="header"),
        _parameter("Content-Digest", "SHA-256 of the piece (RFC 9530): `sha-256=:base64:`.", place="header"),
        _parameter("Accept-Language", "Which language `format=canonical` prefers.", place="header"),
        _parameter("strict", "Refuse what is merely tolerated.", FLAG),
        _parameter("repair", "Mend what can be mended in a cmi5 structure, and say so in the report.", FLAG),
        _parameter("put.statementId", "The id to store the statement under.", UUID, required=True),
        _parameter("statementId", "This statement alone.", UUID),
        _parameter("voidedStatementId", "This voided statement alone.", UUID),
        _parameter("statements.agent", "Statements whose actor or object this is.", AGENT),
        _parameter("verb", "Statements with this verb.", IRI),
        _parameter("statements.activity", "Statements about this activity.", IRI),
        _parameter("statements.registration", "Statements of this registration.", UUID),
        _parameter("related_activities", "Also where the activity is in the context or a sub-statement.", FLAG),
        _parameter("related_agents", "Also where the agent is anywhere in the statement.", FLAG),
        _parameter("statements.since", "Stored after this time.", TIME),
        _parameter("statements.until", "Stored at or before this time.", TIME),
        _parameter("statements.limit", "At most so many; 0: as many as the server gives.", {"type": "integer", "minimum": 0}),
        _parameter(
            "statements.format",
            "How much of agents and activities is shown.",
            {"enum": ["exact", "ids", "canonical"], "default": "exact"},
        ),
        _parameter("more", "What a `more` link has; not to be made up."),
        _parameter("attachments", "Answer multipart/mixed with the attachments.", FLAG),
        _parameter("ascending", "Oldest first.", FLAG),
        _parameter("activityId", "The activity's IRI.", IRI, required=True),
        _parameter("agent", "The agent.", AGENT, required=True),
        _parameter("state.registration", "The registration the state belongs to.", UUID),
        _parameter("one.stateId", "The document's id.", required=True),
        _parameter("stateId", "The document's id; without it, all: ids for GET, every document for DELETE."),
        _parameter("one.profileId", "The document's id.", required=True),
        _parameter("profileId", "The document's id; without it, the ids of all."),
        _parameter("documents.since", "Only ids of documents changed after this time.", TIME),
        _parameter("credentials.after", "The key after which the page begins."),
        _parameter("after", "The id after which the page begins."),
        _parameter("limit", "Most rows of a page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
        _parameter("log.limit", "Most rows of a page.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
        _parameter("log.cursor", "The `next` of an earlier answer."),
        _parameter("attempts.statements", "With the ids of each attempt's statements.", FLAG),
        _parameter("cmi", "With each item's run-time data.", FLAG),
        _parameter(
            "rows.course", "A course's id or its activity IRI; with `activity`, that activity inside the course.", repeatable=True
        ),
        _parameter("one.course", "The course's id or its activity IRI.", required=True),
        _parameter("rows.activity", "The activity's IRI.", IRI, repeatable=True),
        _parameter("rows.actor", "The learner: an xAPI Agent as JSON, or an actor key of an earlier answer.", repeatable=True),
        _parameter("rows.agent", "The same as `actor`.", repeatable=True),
        _parameter("rows.actor_key", "The learner, by actor key.", repeatable=True),
        _parameter(
            "rows.group",
            "A group, as a JSON xAPI Group or by its key: rows of statements whose actor or team it is, and of members it lists.",
            repeatable=True,
        ),
        _parameter(
            "rows.ext",
            "By the IRI of an extension, its value: a text, a number, true or false.",
            {"type": "object", "additionalProperties": {"type": "string"}},
        ),
        _parameter("rows.registration", "The registration.", UUID, repeatable=True),
        _parameter("rows.activity_type", "The IRI of the activity's type.", IRI, repeatable=True),
        _parameter("rows.verb", "The IRI of the verb.", IRI, repeatable=True),
        _parameter("rows.interaction_type", "The kind of question.", repeatable=True),
        _parameter("rows.correct", "Whether the answer was right.", {"enum": ["true", "false", "unknown"]}, repeatable=True),
        _parameter("rows.parent", "The IRI of a parent activity.", IRI, repeatable=True),
        _parameter("rows.grouping", "The IRI of a grouping activity.", IRI, repeatable=True),
        _parameter("rows.platform", "The platform named last.", repeatable=True),
        _parameter("rows.language", "The language named last.", repeatable=True),
        _parameter("rows.status", "The row's status.", repeatable=True),
        _parameter(
            "rows.source", "Where the statements come from.", {"enum": ["scorm12", "scorm2004", "cmi5", "xapi"]}, repeatable=True
        ),
        _parameter("rows.success", "Whether it was passed.", {"enum": ["true", "false", "unknown"]}, repeatable=True),
        _parameter("rows.completion", "Whether it was completed.", {"enum": ["true", "false", "unknown"]}, repeatable=True),
        _parameter(
            "rows.answers", "Which of a learner's answers to a question counts.", {"enum": ["first", "last"], "default": "first"}
        ),
        _parameter("rows.reason", "This reason alone.", {"enum": ["failed", "stalled", "slow"]}),
        _parameter("rows.failures", "Told from so many failures on.", {"type": "integer", "minimum": 1, "default": 2}),
        _parameter("rows.stalled_days", "Told after so many days.", {"type": "integer", "minimum": 0, "default": 14}),
        _parameter("rows.slow_ratio", "Told from this multiple of the peers' latency on.", {"type": "number", "default": 2}),
        _parameter("rows.credential", "The key of the credential that read."),
        _parameter("rows.personal", "Whether the rows were about single learners.", {"enum": ["true", "false"]}),
        _parameter("rows.since", "What was stored after this time.", TIME),
        _parameter("rows.until", "What was stored at or before this time.", TIME),
        _parameter("rows.from", "What happened at or after this time.", TIME),
        _parameter("rows.to", "What happened before this time.", TIME),
        _parameter("rows.score_gte", "The best scaled score is at least this.", {"type": "number"}),
        _parameter("rows.score_lte", "The best scaled score is at most this.", {"type": "number"}),
        _parameter("rows.limit", "Most rows of a page.", {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}),
        _parameter("rows.cursor", "The cursor of an earlier answer."),
        _parameter(
            "rows.count",
            "Whether, and how, the rows of the whole list are counted.",
            {"enum": list(COUNTS), "default": "none"},
        ),
        _parameter(
            "rows.after_seq",
            "Rows that changed after this sequence number: an incremental load.",
            {"type": "integer", "minimum": 0},
        ),
        _parameter("chart.chart", "What is drawn.", {"enum": list(KINDS)}),
        _parameter("chart.measure", "Which measure of the query is drawn."),
        _parameter(
            "chart.width",
            "Width in pixels.",
            {"type": "integer", "minimum": WIDTHS[0], "maximum": WIDTHS[1], "default": 720},
        ),
        _parameter("chart.dir", "The direction of the script.", {"enum": ["ltr", "rtl"], "default": "ltr"}),
        _parameter("rows.If-None-Match", "The ETag of an answer that is at hand: 304 if it would be the same.", place="header"),
        _parameter("rows.format", "The answer's format; else the Accept header says.", {"enum": list(FORMATS)}),
    )
)

NEGATED = sorted({name for one in RESOURCES.values() for name in one.allowed if name.startswith(NOT) and "[" not in name})
PARAMETERS |= {
    f"rows.{name}": Parameter(
        name=name,
        about=f"None of these. As `{name.removeprefix(NOT)}`; rows without any fit.",
        schema=PARAMETERS[f"rows.{name.removeprefix(NOT)}"].schema,
        repeatable=True,
    )
    for name in (*NEGATED, f"{NOT}ext")
}
VERSION = ("X-Experience-API-Version",)
STATE = ("activityId", "agent", "state.registration")
MATCH = ("If-Match", "If-None-Match")
ETAG = ("ETag", "Last-Modified")
THROUGH = ("X-Experience-API-Consistent-Through",)
UPLOAD = ("Upload-Offset", "Upload-Length", "Upload-Complete")
ANYTHING: dict[str, str | None] = {"application/octet-stream": None, JSON: None}
STATEMENTS_IN: dict[str, str | None] = {JSON: "StatementOrStatements", "multipart/mixed": None}
STORED = Answer(about="Stored; nothing to say.")
DOCUMENT = Answer(about="The document, or the ids of all.", schema="Document", types=("*/*",), headers=ETAG)
PACKAGE: dict[str, str | None] = {"multipart/form-data": "PackageUpload", "application/zip": None, JSON: "FromUpload"}

FILE_TYPES = tuple(media for media in ACCEPTED if media not in (JSON, "application/ndjson"))


PAGE_HEADERS = (
    "Link",
    "ETag",
    "X-Row-Count",
    "X-Total-Count",
    "X-Suppressed-Groups",
    "X-Consistent-Through",
    "X-Lag-Milliseconds",
    "X-Next-Seq",
)


def _page_of_rows(schema: str) -> Answer:
    return Answer(
        about="A page of rows.",
        schema=schema,
        types=tuple(media for media in ACCEPTED if media != "application/ndjson"),
        headers=PAGE_HEADERS,
    )


def _row_parameter(resource: str, name: str) -> str:
    return "one.course" if name == "course" and resource in RESOURCES and RESOURCES[resource].of_course else f"rows.{name}"


def _rows(name: str, summary: str, parameters: tuple[str, ...]) -> Operation:
    return Operation(
        method="GET",
        path=f"/api/v1/{name}",
        id=f"list_{name}",
        tag="Analytics",
        summary=summary,
        parameters=(*(_row_parameter(name, parameter.partition("[")[0]) for parameter in parameters), "rows.If-None-Match"),
        answers={200: _page_of_rows(f"{name.title()}Page"), 304: Answer(about="Nothing has changed since.")},
        errors=(400, 404, 406),
    )


ROWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "completions": ("Who completed what", RESOURCES["completions"].allowed),
    "scores": ("Who scored what", RESOURCES["scores"].allowed),
    "attempts": ("Every learner in every activity", RESOURCES["attempts"].allowed),
    "interactions": ("Every answer to a question", RESOURCES["interactions"].allowed),
    "statements": ("Statements, one flat row each", RESOURCES["statements"].allowed),
    "learners": ("Every learner, summed up", RESOURCES["learners"].allowed),
    "activities": ("Every activity, summed up", RESOURCES["activities"].allowed),
    "verbs": ("Every verb, counted", RESOURCES["verbs"].allowed),
    "items": ("Each question of a course: difficulty, discrimination, latency", RESOURCES["items"].allowed),
    "distractors": ("Each answer to each question of a course", RESOURCES["distractors"].allowed),
    "funnel": ("How far the learners of a course got", RESOURCES["funnel"].allowed),
    "struggling": ("Who of a course needs somebody, and why", RESOURCES["struggling"].allowed),
    "reads": ("Who read what, newest first", READ_PARAMETERS),
    "tombstones": ("Rows that a loader must delete", RESOURCES["tombstones"].allowed),
}
"""What an analyst can list: what it says, and the parameters of each."""

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="POST",
        path="/xapi/statements",
        id="store_statements",
        tag="xAPI",
        summary="Store one statement or a list",
        about="All of a list is stored, or nothing. A statement that is stored already is accepted again if it is the same.",
        parameters=VERSION,
        body=STATEMENTS_IN,
        answers={200: Answer(about="The ids, in the order sent.", schema="StatementIds", headers=THROUGH)},
        errors=(400, 409, 413, 415),
    ),
    Operation(
        method="PUT",
        path="/xapi/statements",
        id="store_statement",
        tag="xAPI",
        summary="Store one statement under an id",
        parameters=(*VERSION, "put.statementId"),
        body={JSON: "Statement", "multipart/mixed": None},
        answers={204: STORED},
        errors=(400, 409, 413, 415),
    ),
    Operation(
        method="GET",
        path="/xapi/statements",
        id="find_statements",
        tag="xAPI",
        summary="Find statements, or one by its id",
        about="Newest first. `more` is the path of the next page. Parameters the standard does not know are refused.",
        parameters=(
            *VERSION,
            "Accept-Language",
            "statementId",
            "voidedStatementId",
            "statements.agent",
            "verb",
            "statements.activity",
            "statements.registration",
            "related_activities",
            "related_agents",
            "statements.since",
            "statements.until",
            "statements.limit",
            "statements.format",
            "attachments",
            "ascending",
            "more",
        ),
        answers={
            200: Answer(
                about="A page of statements, or the statement.",
                schema="StatementsOrStatement",
                types=(JSON, "multipart/mixed"),
                headers=(*THROUGH, "Last-Modified"),
            )
        },
        errors=(400, 404),
    ),
    Operation(
        method="GET",
        path="/xapi/about",
        id="about",
        tag="xAPI",
        summary="The versions served",
        answers={200: Answer(about="What this LRS is.", schema="About")},
    ),
    Operation(
        method="GET",
        path="/xapi/activities",
        id="get_activity",
        tag="xAPI",
        summary="An activity with its merged definition",
        parameters=(*VERSION, "activityId"),
        answers={200: Answer(about="The activity.", schema="Activity")},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path="/xapi/agents",
        id="get_person",
        tag="xAPI",
        summary="Everything known of a person",
        parameters=(*VERSION, "agent"),
        answers={200: Answer(about="The person.", schema="Person")},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path="/xapi/activities/state",
        id="get_state",
        tag="xAPI",
        summary="A state document, or the ids of all",
        parameters=(*VERSION, *STATE, "stateId", "documents.since"),
        answers={200: DOCUMENT},
        errors=(400, 404),
    ),
    Operation(
        method="PUT",
        path="/xapi/activities/state",
        id="put_state",
        tag="xAPI",
        summary="Store a state document",
        parameters=(*VERSION, *STATE, "one.stateId", *MATCH),
        body=ANYTHING,
        answers={204: STORED},
        errors=(400, 409, 412, 413, 415),
    ),
    Operation(
        method="POST",
        path="/xapi/activities/state",
        id="merge_state",
        tag="xAPI",
        summary="Merge into a JSON state document",
        parameters=(*VERSION, *STATE, "one.stateId", *MATCH),
        body=ANYTHING,
        answers={204: STORED},
        errors=(400, 409, 412, 413, 415),
    ),
    Operation(
        method="DELETE",
        path="/xapi/activities/state",
        id="delete_state",
        tag="xAPI",
        summary="Delete a state document, or all",
        parameters=(*VERSION, *STATE, "stateId", *MATCH),
        answers={204: Answer(about="Deleted.")},
        errors=(400, 412),
    ),
    *(
        operation
        for name, one, owner in (("activities", "activity", ("activityId",)), ("agents", "agent", ("agent",)))
        for operation in (
            Operation(
                method="GET",
                path=f"/xapi/{name}/profile",
                id=f"get_{one}_profile",
                tag="xAPI",
                summary=f"An {one} profile document, or the ids of all",
                parameters=(*VERSION, *owner, "profileId", "documents.since"),
                answers={200: DOCUMENT},
                errors=(400, 404),
            ),
            Operation(
                method="PUT",
                path=f"/xapi/{name}/profile",
                id=f"put_{one}_profile",
                tag="xAPI",
                summary=f"Store an {one} profile document",
                parameters=(*VERSION, *owner, "one.profileId", *MATCH),
                body=ANYTHING,
                answers={204: STORED},
                errors=(400, 409, 412, 413, 415),
            ),
            Operation(
                method="POST",
                path=f"/xapi/{name}/profile",
                id=f"merge_{one}_profile",
                tag="xAPI",
                summary=f"Merge into a JSON {one} profile document",
                parameters=(*VERSION, *owner, "one.profileId", *MATCH),
                body=ANYTHING,
                answers={204: STORED},
                errors=(400, 409, 412, 413, 415),
            ),
            Operation(
                method="DELETE",
                path=f"/xapi/{name}/profile",
                id=f"delete_{one}_profile",
                tag="xAPI",
                summary=f"Delete an {one} profile document",
                parameters=(*VERSION, *owner, "one.profileId", *MATCH),
                answers={204: Answer(about="Deleted.")},
                errors=(400, 412),
            ),
        )
    ),
    Operation(
        method="GET",
        path="/api/v1/courses",
        id="list_courses",
        tag="Courses",
        summary="List courses",
        parameters=("after", "limit"),
        answers={200: Answer(about="A page of courses.", schema="Courses")},
        errors=(400,),
    ),
    Operation(
        method="POST",
        path="/api/v1/courses",
        id="import_course",
        tag="Courses",
        summary="Import a package",
        about="SCORM 1.2, SCORM 2004, cmi5 and Tin Can, as a form, as the body, or from an upload. A refused package leaves "
        "nothing behind; its report says what is wrong and where. With `Repr-Digest`, or from an upload that had it, a package "
        "that a course already has as its current version is not imported again.",
        parameters=("strict", "repair", "Repr-Digest"),
        body=PACKAGE,
        answers={
            201: Answer(about="The new course.", schema="Course", headers=("Location",)),
            200: Answer(about="The course there was.", schema="Course", headers=("Location",)),
        },
        errors=(400, 404, 409, 413, 422, 503),
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/{course_id}",
        id="get_course",
        tag="Courses",
        summary="A course with its tree",
        parameters=("path.course_id",),
        answers={200: Answer(about="The course.", schema="Course")},
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/{course_id}/export",
        id="export_course",
        tag="Courses",
        summary="A course as a cmi5 package",
        about="A zip file with a course structure and the course's files; the structure alone for a course that came as one. "
        "Courses of SCORM and Tin Can become structures whose units play but report nothing.",
        parameters=("path.course_id", "export.format"),
        answers={200: Answer(about="The package.", types=("application/zip", "application/xml"))},
        errors=(400, 404),
    ),
    Operation(
        method="PUT",
        path="/api/v1/courses/{course_id}",
        id="replace_course",
        tag="Courses",
        summary="Import a new version of a course",
        about="Attempts that have begun stay on their version. SCORM 1.2 and 2004 may follow each other; a package that is "
        "played in another way than the course (SCORM, cmi5, Tin Can) is refused.",
        parameters=("path.course_id", "strict", "repair", "Repr-Digest"),
        body=PACKAGE,
        answers={200: Answer(about="The course.", schema="Course")},
        errors=(400, 404, 409, 413, 422, 503),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/courses/{course_id}",
        id="remove_course",
        tag="Courses",
        summary="Remove a course",
        about="Statements stay.",
        parameters=("path.course_id",),
        answers={204: Answer(about="Removed.")},
        errors=(404,),
    ),
    Operation(
        method="POST",
        path="/api/v1/uploads",
        id="begin_upload",
        tag="Courses",
        summary="Begin a resumable upload",
        about="A package in pieces: begin, send pieces, import by naming the upload in `POST /api/v1/courses`. A credential "
        "that announces the same `Repr-Digest` again goes on with the upload it has.",
        parameters=("Upload-Length", "Repr-Digest"),
        answers={
            201: Answer(about="The new upload.", schema="Upload", headers=("Location", *UPLOAD)),
            200: Answer(about="The unfinished upload of the same package.", schema="Upload", headers=("Location", *UPLOAD)),
        },
        errors=(400, 413, 503),
    ),
    Operation(
        method="GET",
        path="/api/v1/uploads/{upload_id}",
        id="get_upload",
        tag="Courses",
        summary="How far an upload and its import are",
        about="HEAD answers the same headers.",
        parameters=("path.upload_id",),
        answers={200: Answer(about="The upload.", schema="Upload", headers=UPLOAD)},
        errors=(400, 404),
    ),
    Operation(
        method="PATCH",
        path="/api/v1/uploads/{upload_id}",
        id="append_to_upload",
        tag="Courses",
        summary="Send the next piece",
        about="What came before a connection broke is kept; GET says how much. A piece with `Content-Digest` is kept whole "
        "or not at all.",
        parameters=("path.upload_id", "Upload-Offset", "Content-Digest"),
        body={"application/octet-stream": None},
        answers={200: Answer(about="The upload.", schema="Upload", headers=UPLOAD)},
        errors=(400, 404, 409, 413, 422),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/uploads/{upload_id}",
        id="remove_upload",
        tag="Courses",
        summary="Give up an upload",
        about="The course that it became stays.",
        parameters=("path.upload_id",),
        answers={204: Answer(about="Removed.")},
        errors=(404,),
    ),
    Operation(
        method="POST",
        path="/api/v1/courses/{course_id}/registrations",
        id="register",
        tag="Registrations",
        summary="Register a learner in a course",
        parameters=("path.course_id",),
        body={JSON: "NewRegistration"},
        answers={
            201: Answer(about="The new registration.", schema="Registration", headers=("Location",)),
            200: Answer(about="The registration there was.", schema="Registration"),
        },
        errors=(400, 404, 409, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/registrations/{registration}",
        id="get_registration",
        tag="Registrations",
        summary="Status, score and the activity tree",
        parameters=("path.registration", "cmi"),
        answers={200: Answer(about="The registration.", schema="RegistrationReport")},
        errors=(400, 404),
    ),
    Operation(
        method="POST",
        path="/api/v1/registrations/{registration}/launch",
        id="launch",
        tag="Registrations",
        summary="Make a link that plays the course",
        about="Whoever has the link is the learner until it expires: hand it to nobody else.",
        parameters=("path.registration",),
        body={JSON: "NewLaunch"},
        body_required=False,
        answers={200: Answer(about="The link.", schema="Launch")},
        errors=(400, 404, 409, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/{course_id}/settings",
        id="get_course_settings",
        tag="Courses",
        summary="What is decided for a course beside its package",
        about="Each setting with the value that holds, and who says so: item, course, package, server or default.",
        parameters=("path.course_id",),
        answers={200: Answer(about="The settings.", schema="CourseSettings")},
        errors=(400, 404, 422),
    ),
    Operation(
        method="PUT",
        path="/api/v1/courses/{course_id}/settings",
        id="replace_course_settings",
        tag="Courses",
        summary="Decide anew for a course",
        about="What the body does not name is no longer decided. Attempts follow when they are next opened, or by a re-roll.",
        parameters=("path.course_id",),
        body={JSON: "CourseSettingsChange"},
        answers={200: Answer(about="The settings.", schema="CourseSettings")},
        errors=(400, 404, 409, 413, 422),
    ),
    Operation(
        method="PATCH",
        path="/api/v1/courses/{course_id}/settings",
        id="update_course_settings",
        tag="Courses",
        summary="Decide some things for a course",
        about="As a JSON merge patch (RFC 7396): null takes a decision back.",
        parameters=("path.course_id",),
        body={JSON: "CourseSettingsChange"},
        answers={200: Answer(about="The settings.", schema="CourseSettings")},
        errors=(400, 404, 409, 413, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/registrations/{registration}/waive",
        id="waive",
        tag="Registrations",
        summary="Grant a unit of a cmi5 course",
        about="The unit counts as done, and what it is the last part of is satisfied.",
        parameters=("path.registration",),
        body={JSON: "Waiver"},
        answers={200: Answer(about="What was granted.", schema="Waived")},
        errors=(400, 404, 409, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/sessions/{session}",
        id="get_session",
        tag="Registrations",
        summary="A session of cmi5 or Tin Can content",
        about="How it went, and what its content was refused and why.",
        parameters=("path.session",),
        answers={200: Answer(about="The session.", schema="UnitSession")},
        errors=(400, 404),
    ),
    Operation(
        method="POST",
        path="/api/v1/sessions/{session}/abandon",
        id="abandon",
        tag="Registrations",
        summary="End a session",
        about="Its content can say nothing more.",
        parameters=("path.session",),
        answers={200: Answer(about="The session as it ended.", schema="UnitSession")},
        errors=(400, 404, 409),
    ),
    Operation(
        method="GET",
        path="/api/v1/registrations/{registration}/explanation",
        id="explain_registration",
        tag="Registrations",
        summary="Why is it not completed?",
        about="The rule that set each status, when, and what is missing. As JSON, or as a page for `Accept: text/html`.",
        parameters=("path.registration",),
        answers={200: Answer(about="The explanation.", schema="Explanation", types=(JSON, "text/html"))},
        errors=(400, 404, 422),
    ),
    Operation(
        method="GET",
        path="/registrations/{registration}/why",
        id="why_page",
        tag="Registrations",
        summary="The explanation as a page",
        parameters=("path.registration",),
        answers={200: Answer(about="A page to read.", types=("text/html",))},
        errors=(400, 404, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/registrations/{registration}/log",
        id="registration_log",
        tag="Registrations",
        summary="What happened, newest first",
        about="Calls of the content, commits, sequencing with its traces, statuses that changed, and what administrators did.",
        parameters=("path.registration", "log.limit", "log.cursor"),
        answers={200: Answer(about="A page of the log.", schema="Log")},
        errors=(400, 404, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/registrations/{registration}/cmi",
        id="export_cmi",
        tag="Registrations",
        summary="All run-time data, as a file",
        parameters=("path.registration",),
        answers={200: Answer(about="Every element of every item.", schema="RunTimeData")},
        errors=(400, 404, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/registrations/{registration}/attempts",
        id="list_attempts_on_course",
        tag="Registrations",
        summary="The attempts on the course, newest first",
        parameters=("path.registration", "log.limit", "log.cursor", "attempts.statements"),
        answers={200: Answer(about="A page of attempts.", schema="Attempts")},
        errors=(400, 404, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/registrations/{registration}/attempts",
        id="begin_attempt",
        tag="Registrations",
        summary="Begin a new attempt",
        about="The attempt there is becomes history; the next launch begins with nothing of it.",
        parameters=("path.registration",),
        body={JSON: "Decision"},
        body_required=False,
        answers={201: Answer(about="The registration.", schema="RegistrationReport")},
        errors=(400, 404, 409, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/registrations/{registration}/reset",
        id="reset_registration",
        tag="Registrations",
        summary="Put an attempt aside, with a reason",
        about="As a new attempt, and it does not count against `max_attempts`.",
        parameters=("path.registration",),
        body={JSON: "Decision"},
        answers={200: Answer(about="The registration.", schema="RegistrationReport")},
        errors=(400, 404, 409, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/registrations/{registration}/reroll",
        id="reroll_registration",
        tag="Registrations",
        summary="Judge and roll up again",
        about="Every status from the run-time data, by what is decided for the course now.",
        parameters=("path.registration",),
        body={JSON: "Decision"},
        body_required=False,
        answers={200: Answer(about="The registration.", schema="RegistrationReport")},
        errors=(400, 404, 409, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/registrations/{registration}/correct",
        id="correct_registration",
        tag="Registrations",
        summary="Set a status, with a reason",
        about="Of an item or the course. It holds until corrected again or the attempt is put aside, whatever content says. "
        "The statements of it name who decided as `context.instructor`.",
        parameters=("path.registration",),
        body={JSON: "CorrectionOfStatus"},
        answers={200: Answer(about="The registration.", schema="RegistrationReport")},
        errors=(400, 404, 409, 422),
    ),
    *(_rows(name, summary, parameters) for name, (summary, parameters) in ROWS.items()),
    Operation(
        method="GET",
        path="/api/v1/schema/{resource}",
        id="get_schema",
        tag="Analytics",
        summary="The columns of a list, with their units and meanings",
        parameters=("path.resource",),
        answers={200: Answer(about="Columns and parameters.", schema="Schema")},
        errors=(404,),
    ),
    Operation(
        method="POST",
        path="/api/v1/query",
        id="query",
        tag="Analytics",
        summary="Rows grouped and measured",
        about="A small grammar: which rows, by what, which measures. No language of the database comes through. Statements are "
        "read and put together in memory: what would be too much is 400 `query-too-large` and says what would do.",
        parameters=("rows.format",),
        body={JSON: "Query"},
        answers={200: _page_of_rows("QueryPage")},
        errors=(400, 404, 406, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/queries",
        id="list_queries",
        tag="Analytics",
        summary="Saved queries, by name",
        parameters=("rows.limit", "rows.cursor"),
        answers={200: Answer(about="A page of saved queries.", schema="SavedQueries", headers=("Link",))},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path="/api/v1/queries/{name}",
        id="get_query",
        tag="Analytics",
        summary="A saved query",
        parameters=("path.saved.name", "If-None-Match"),
        answers={200: Answer(about="The query.", schema="SavedQuery", headers=("ETag",)), 304: Answer(about="Unchanged.")},
        errors=(404,),
    ),
    Operation(
        method="PUT",
        path="/api/v1/queries/{name}",
        id="put_query",
        tag="Analytics",
        summary="Save a query under a name",
        about="It is checked as if it were asked now. One that is there is replaced by who names its state in If-Match.",
        parameters=("path.saved.name", "If-Match", "If-None-Match"),
        body={JSON: "NewSavedQuery"},
        answers={
            200: Answer(about="Replaced, or the same as before.", schema="SavedQuery", headers=("ETag",)),
            201: Answer(about="Saved.", schema="SavedQuery", headers=("ETag", "Location")),
        },
        errors=(400, 404, 412, 428),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/queries/{name}",
        id="delete_query",
        tag="Analytics",
        summary="Delete a saved query",
        parameters=("path.saved.name", "If-Match"),
        answers={204: Answer(about="Deleted.")},
        errors=(404, 409, 412),
    ),
    Operation(
        method="GET",
        path="/api/v1/queries/{name}/result",
        id="get_query_result",
        tag="Analytics",
        summary="What a saved query finds now",
        parameters=("path.saved.name", "rows.format"),
        answers={200: _page_of_rows("QueryPage")},
        errors=(400, 404, 406),
    ),
    *(
        Operation(
            method="GET",
            path=f"/api/v1/queries/{{name}}.{kind}",
            id=f"get_query_{kind}",
            tag="Analytics",
            summary=summary,
            about="Without `chart`: lines for what is grouped by time, else bars. `measure`: else the first.",
            parameters=("path.saved.name", "chart.chart", "chart.measure", "chart.width", "chart.dir", "rows.If-None-Match"),
            answers={
                200: Answer(about=about, types=(media,), headers=("ETag", "X-Consistent-Through")),
                304: Answer(about="Nothing has changed since."),
            },
            errors=(400, 404),
        )
        for kind, media, summary, about in (
            ("svg", "image/svg+xml", "What a saved query finds, as a picture", "The picture."),
            ("html", "text/html", "The picture and the table of what a saved query finds", "The page."),
        )
    ),
    Operation(
        method="GET",
        path="/api/v1/exports",
        id="list_exports",
        tag="Analytics",
        summary="Exports, newest first",
        about="Those that the asking credential asked for; with the scope admin, everybody's.",
        parameters=("rows.limit", "rows.cursor"),
        answers={200: Answer(about="A page of exports.", schema="Exports", headers=("Link",))},
        errors=(400,),
    ),
    Operation(
        method="POST",
        path="/api/v1/exports",
        id="create_export",
        tag="Analytics",
        summary="Make a file of rows in the background",
        about="What is asked is checked at once; the file is what the asking credential would be answered when it is made.",
        body={JSON: "NewExport"},
        answers={202: Answer(about="It waits its turn.", schema="Export", headers=("Location", "Retry-After"))},
        errors=(400, 404, 406, 429),
    ),
    Operation(
        method="GET",
        path="/api/v1/exports/{export_id}",
        id="get_export",
        tag="Analytics",
        summary="How far an export is",
        parameters=("path.export_id",),
        answers={200: Answer(about="The export.", schema="Export", headers=("Retry-After",))},
        errors=(404,),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/exports/{export_id}",
        id="delete_export",
        tag="Analytics",
        summary="Stop an export, or take its file away",
        parameters=("path.export_id",),
        answers={204: Answer(about="Gone.")},
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/api/v1/exports/{export_id}/file",
        id="get_export_file",
        tag="Analytics",
        summary="The file of an export",
        about="A download that broke off goes on with Range and If-Range: the ETag is the SHA-256 of the file.",
        parameters=("path.export_id", "Range", "rows.If-None-Match"),
        answers={
            200: Answer(
                about="The file.",
                types=FILE_TYPES,
                headers=("ETag", "X-Row-Count", "X-Consistent-Through", "Content-Disposition"),
            ),
            206: Answer(about="The part that was asked for.", types=FILE_TYPES, headers=("ETag", "Content-Range")),
            304: Answer(about="The file that is at hand."),
        },
        errors=(404, 409, 416),
    ),
    Operation(
        method="GET",
        path="/api/v1/schedules",
        id="list_schedules",
        tag="Analytics",
        summary="Schedules, by name",
        parameters=("rows.limit", "rows.cursor"),
        answers={200: Answer(about="A page of schedules.", schema="Schedules", headers=("Link",))},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path="/api/v1/schedules/{name}",
        id="get_schedule",
        tag="Analytics",
        summary="A schedule with its last runs",
        parameters=("path.saved.name",),
        answers={200: Answer(about="The schedule.", schema="Schedule", headers=("ETag",))},
        errors=(404,),
    ),
    Operation(
        method="PUT",
        path="/api/v1/schedules/{name}",
        id="put_schedule",
        tag="Analytics",
        summary="Make an export again and again",
        about="It runs as the credential that said so last. One that is there is replaced by who names its state in If-Match.",
        parameters=("path.saved.name", "If-Match", "If-None-Match"),
        body={JSON: "NewSchedule"},
        answers={
            200: Answer(about="Replaced, or the same as before.", schema="Schedule", headers=("ETag",)),
            201: Answer(about="It will run.", schema="Schedule", headers=("ETag", "Location")),
        },
        errors=(400, 404, 406, 412, 428),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/schedules/{name}",
        id="delete_schedule",
        tag="Analytics",
        summary="End a schedule",
        about="Its results stay until they expire.",
        parameters=("path.saved.name", "If-Match"),
        answers={204: Answer(about="Ended.")},
        errors=(404, 412),
    ),
    Operation(
        method="GET",
        path="/api/v1/credentials",
        id="list_credentials",
        tag="Credentials",
        summary="List credentials, without secrets",
        about="Those of the asking credential's store, revoked ones included.",
        parameters=("credentials.after", "limit"),
        answers={200: Answer(about="A page of credentials.", schema="Credentials")},
        errors=(400,),
    ),
    Operation(
        method="POST",
        path="/api/v1/credentials",
        id="create_credential",
        tag="Credentials",
        summary="Create a credential",
        body={JSON: "NewCredential"},
        answers={
            201: Answer(about="The credential, and its secret this once.", schema="CreatedCredential", headers=("Location",))
        },
        errors=(400, 409, 415),
    ),
    Operation(
        method="GET",
        path="/api/v1/credentials/{key}",
        id="get_credential",
        tag="Credentials",
        summary="A credential, without its secret",
        parameters=("path.key",),
        answers={200: Answer(about="The credential.", schema="Credential")},
        errors=(404,),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/credentials/{key}",
        id="revoke_credential",
        tag="Credentials",
        summary="Revoke a credential",
        about="Every process refuses it within moments; see docs/security.md.",
        parameters=("path.key",),
        answers={204: Answer(about="Revoked; or was already.")},
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/health/live",
        id="live",
        tag="Service",
        summary="The process answers",
        answers={200: Answer(about="It does.", schema="Status")},
    ),
    Operation(
        method="GET",
        path="/health/ready",
        id="ready",
        tag="Service",
        summary="The database answers too",
        answers={200: Answer(about="It does.", schema="Status")},
        errors=(503,),
    ),
    Operation(
        method="GET",
        path="/metrics",
        id="metrics",
        tag="Service",
        summary="Metrics for Prometheus",
        answers={200: Answer(about="Metrics in the text format.", types=("text/plain",))},
    ),
    Operation(
        method="GET",
        path="/api/v1/openapi.json",
        id="openapi",
        tag="Service",
        summary="This document",
        answers={200: Answer(about="OpenAPI 3.1.")},
    ),
    Operation(
        method="GET",
        path="/api/docs",
        id="docs",
        tag="Service",
        summary="This document as a page",
        answers={200: Answer(about="A page to read.", types=("text/html",))},
    ),
    Operation(
        method="GET",
        path="/",
        id="home",
        tag="Service",
        summary="Where to begin",
        answers={200: Answer(about="A page to read.", types=("text/html",))},
    ),
    Operation(
        method="GET",
        path="/static/{name}",
        id="static",
        tag="Service",
        summary="Style sheets and scripts of the pages",
        parameters=("path.name",),
        answers={200: Answer(about="The file.", types=("*/*",))},
        errors=(404,),
    ),
)
