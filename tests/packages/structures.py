"""cmi5 course structures and tincan.xml, and for each of their rules one that breaks it."""

from __future__ import annotations

from collections.abc import Callable

from tests.packages.manifests import PAGE
from tests.packages.zips import plain

CMI5 = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
TIN_CAN = "http://projecttincan.com/tincan.xsd"
ABOUT = '<title><langstring lang="en">{0}</langstring></title><description><langstring lang="en">About</langstring></description>'
TITLE = '<title><langstring lang="en">a</langstring></title>'
OBJECTIVES = f'<objectives><objective id="https://example.org/o">{ABOUT.format("Objective")}</objective></objectives>'


def au(url: str = "a.html", *, name: str = "a", attributes: str = "", refers: str = "", after: str = "") -> str:
    about = ABOUT.format(name)
    return f'<au id="https://example.org/{name}"{attributes}>{about}{refers}<url>{url}</url>{after}</au>'


def block(inside: str, name: str = "b") -> str:
    return f'<block id="https://example.org/{name}">{ABOUT.format(name)}{inside}</block>'


def structure(inside: str, *, objectives: str = "", namespace: str = CMI5, course: str = "https://example.org/c") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<courseStructure xmlns="{namespace}">\n'
        f'<course id="{course}">{ABOUT.format("Course")}</course>\n{objectives}{inside}\n</courseStructure>'
    )


def cmi5(text: str, name: str = "cmi5.xml") -> bytes:
    folder = name.rpartition("/")[0]
    return plain({name: text.encode(), f"{folder}/a.html".lstrip("/"): PAGE})


def tincan(activities: str, namespace: str = TIN_CAN) -> bytes:
    text = f'<?xml version="1.0"?><tincan xmlns="{namespace}"><activities>{activities}</activities></tincan>'
    return plain({"tincan.xml": text.encode(), "a.html": PAGE})


def activity(name: str = "a", *, launch: str = '<launch lang="en-us">a.html</launch>', kind: str = "module") -> str:
    return (
        f'<activity id="https://example.org/{name}" type="http://adlnet.gov/expapi/activities/{kind}">'
        f'<name lang="en-US">{name}</name>{launch}</activity>'
    )


REFERENCE = '<objectives><objective idref="https://example.org/p"/></objectives>'

BROKEN: list[tuple[str, Callable[[], bytes]]] = [
    ("cmi5-schema", lambda: cmi5(structure(""))),
    ("cmi5-schema", lambda: cmi5(structure(au(attributes=' moveOn="Sometimes"')))),
    ("cmi5-schema", lambda: cmi5(structure(au(after="<unknown/>")))),
    ("cmi5-id", lambda: cmi5(structure(au(), course="course 1"))),
    ("cmi5-id-duplicate", lambda: cmi5(structure(au() + au()))),
    ("cmi5-objective-reference", lambda: cmi5(structure(au(refers=REFERENCE), objectives=OBJECTIVES))),
    ("cmi5-text-empty", lambda: cmi5(structure(au()).replace(">About<", "> <"))),
    ("cmi5-mastery-score", lambda: cmi5(structure(au(attributes=' masteryScore="1.5"')))),
    ("cmi5-url", lambda: cmi5(structure(au("javascript:alert(1)")))),
    ("cmi5-url", lambda: cmi5(structure(au("data:text/html,x")))),
    ("cmi5-url", lambda: cmi5(structure(au("file:///etc/passwd")))),
    ("cmi5-url", lambda: cmi5(structure(au("../a.html")))),
    ("cmi5-url", lambda: cmi5(structure(au("")))),
    ("cmi5-url-file", lambda: cmi5(structure(au("b.html")))),
    ("cmi5-url-file", lambda: cmi5(structure(au("A.html")))),
    ("cmi5-url-relative", lambda: structure(au("a.html")).encode()),
    ("cmi5-url-parameter", lambda: cmi5(structure(au("a.html?endpoint=x")))),
    ("xml-elements", lambda: cmi5(structure("".join(au(name=f"a{n}") for n in range(7_000))))),
    ("tincan-activity", lambda: tincan("")),
    ("tincan-activity", lambda: tincan(activity(launch=""))),
    ("tincan-id", lambda: tincan(activity().replace("https://example.org/a", "activity"))),
    ("href-scheme", lambda: tincan(activity(launch="<launch>javascript:alert(1)</launch>"))),
    ("launch-file-missing", lambda: tincan(activity(launch="<launch>b.html</launch>"))),
]

REPAIRED: list[tuple[str, Callable[[], bytes]]] = [
    ("cmi5-folder", lambda: cmi5(structure(au()), "course/cmi5.xml")),
    ("cmi5-name", lambda: cmi5(structure(au()), "CMI5.xml")),
    ("cmi5-namespace", lambda: cmi5(structure(au(), namespace=CMI5.replace("/v1/", "/2015/")))),
    ("cmi5-order", lambda: cmi5(structure(au() + OBJECTIVES))),
    ("cmi5-order", lambda: cmi5(structure(au(after="<title><langstring>Late</langstring></title>").replace(TITLE, "")))),
]

FORGIVEN: list[tuple[str, Callable[[], bytes]]] = [
    ("tincan-namespace", lambda: tincan(activity(), "http://tincanapi.com/tincan.xsd")),
    ("tincan-schema", lambda: tincan(activity(launch="<launch>a.html</launch><size>1</size>"))),
]
