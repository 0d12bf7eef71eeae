"""For each error a package that must be refused for it, and the limits under which it is."""

from __future__ import annotations

from collections.abc import Callable

from package_importer.limits import Limits
from tests.packages.manifests import ITEM, METADATA_12, PAGE, RESOURCE_12, item, package, scorm12, scorm2004, sequenced
from tests.packages.slips import MANIFEST, A, resource
from tests.packages.zips import DEFLATED, FIFO, LINK, Entry, plain, zipped

MEBIBYTE = 1 << 20
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE manifest [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE manifest [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DEEP = "".join(f'<item identifier="D{n}">' for n in range(400)) + ITEM + "</item>" * 400


def _with(*entries: Entry) -> bytes:
    return zipped([MANIFEST, A, *entries])


def _referred(size: int) -> str:
    """Two items that refer to the same large sequencing."""
    entry = "<imsss:objectives>" + '<imsss:objective objectiveID="O"/>' * size + "</imsss:objectives>"
    collection = f'<imsss:sequencingCollection><imsss:sequencing ID="C">{entry}</imsss:sequencing></imsss:sequencingCollection>'
    items = sequenced("", ' IDRef="C"')
    return scorm2004(items=items + items.replace("I1", "I2") + items.replace("I1", "I3"), after=collection)


def _only(rule_manifest: str) -> Callable[[], bytes]:
    return lambda: package(rule_manifest)


HOSTILE: list[tuple[str, Callable[[], bytes], Limits]] = [
    (rule, make, Limits(**limits))
    for rule, make, limits in (
        ("archive-unreadable", lambda: b"", {}),
        ("archive-unreadable", lambda: b"MZ this is a program", {}),
        ("archive-damaged", lambda: package(scorm12())[:-30], {}),
        ("archive-damaged", lambda: zipped([MANIFEST, A], count=7), {}),
        ("archive-damaged", lambda: _with(Entry(name=b"b", data=b"x" * 50, method=DEFLATED, packed_bytes=b"\xff\xff")), {}),
        ("archive-entries", lambda: _with(*(Entry(name=b"%d" % n) for n in range(50))), {"entries": 40}),
        ("archive-package-size", lambda: package(scorm12()), {"package_size": 100}),
        ("archive-file-size", lambda: _with(Entry(name=b"big", data=b"x" * 3000)), {"file_size": 2000}),
        ("archive-total-size", lambda: _with(*(Entry(name=b"%d" % n, data=b"x" * 900) for n in range(9))), {"total_size": 5000}),
        (
            "archive-ratio",
            lambda: _with(Entry(name=b"zeros", data=bytes(3 * MEBIBYTE), method=DEFLATED)),
            {"free_size": MEBIBYTE},
        ),
        ("archive-overlap", lambda: _with(Entry(name=b"b", data=PAGE, offset=0)), {}),
        ("archive-overlap", lambda: _with(Entry(name=b"b", data=b"x", packed=10_000, size=10_000)), {}),
        ("archive-size-lie", lambda: _with(Entry(name=b"b", data=bytes(9000), method=DEFLATED, size=10)), {}),
        ("archive-size-lie", lambda: _with(Entry(name=b"b", data=bytes(9000), method=DEFLATED, size=90_000)), {}),
        ("archive-size-lie", lambda: _with(Entry(name=b"b", data=b"12345", size=4)), {}),
        ("archive-checksum", lambda: _with(Entry(name=b"b", data=b"x", crc=1)), {}),
        ("archive-header-mismatch", lambda: _with(Entry(name=b"b", local_name=b"c", data=b"x")), {}),
        ("archive-encrypted", lambda: _with(Entry(name=b"b", data=b"x", flags=1)), {}),
        ("archive-method", lambda: _with(Entry(name=b"b", data=b"x", method=14)), {}),
        ("archive-link", lambda: _with(Entry(name=b"b", data=b"/etc/passwd", mode=LINK)), {}),
        ("archive-link", lambda: _with(Entry(name=b"b", mode=FIFO)), {}),
        ("archive-name-outside", lambda: _with(Entry(name=b"../b")), {}),
        ("archive-name-outside", lambda: _with(Entry(name=rb"a\..\..\b")), {}),
        ("archive-name-outside", lambda: _with(Entry(name=b"x/" * 90 + b"b")), {}),
        ("archive-name-absolute", lambda: _with(Entry(name=b"/etc/b")), {}),
        ("archive-name-absolute", lambda: _with(Entry(name=rb"C:\b")), {}),
        ("archive-name-absolute", lambda: _with(Entry(name=rb"\\server\share\b")), {}),
        ("archive-name-control", lambda: _with(Entry(name=b"b\x00.html")), {}),
        ("archive-name-control", lambda: _with(Entry(name="b\u202elmth.exe".encode(), flags=0x800)), {}),
        ("archive-name-reserved", lambda: _with(Entry(name=b"x/AUX.txt")), {}),
        ("archive-name-reserved", lambda: _with(Entry(name=b"x/.../b")), {}),
        ("archive-name-long", lambda: _with(Entry(name=b"b" * 2000)), {}),
        ("archive-name-long", lambda: _with(Entry(name=b"b" * 60_000)), {}),
        ("archive-name-empty", lambda: _with(Entry(name=b"./", data=b"x")), {}),
        ("archive-duplicate", lambda: _with(Entry(name=b"a.html", data=b"other")), {}),
        ("archive-case-collision", lambda: _with(Entry(name=b"A.html", data=b"other")), {}),
        ("archive-file-as-folder", lambda: _with(Entry(name=b"a.html/b", data=b"x")), {}),
        ("manifest-missing", lambda: plain({"a.html": PAGE}), {}),
        ("manifest-several", lambda: plain({"x/imsmanifest.xml": b"", "y/imsmanifest.xml": b""}), {}),
        ("package-nested", lambda: plain({"course.zip": package(scorm12())}), {}),
        ("manifest-size", lambda: package(scorm12()), {"manifest_size": 100}),
        ("format-unknown", _only("<html/>"), {}),
        ("format-scorm-11", _only("<content><globalProperties/><block/></content>"), {}),
        ("format-scorm-11", _only(scorm12(metadata=METADATA_12.replace("1.2", "1.1"))), {}),
        ("format-aicc", lambda: plain({"x.crs": b"", "x.au": b"", "x.des": b"", "x.cst": b""}), {}),
        ("format-common-cartridge", _only(scorm12(metadata=METADATA_12.replace("ADL SCORM", "IMS Common Cartridge"))), {}),
        ("xml-malformed", _only(scorm12()[:-20]), {}),
        ("xml-malformed", _only(scorm12(items=DEEP)), {}),
        ("xml-malformed", _only(""), {}),
        ("xml-entity", _only(scorm12(declaration=LAUGHS).replace("Course", "&c;")), {}),
        ("xml-entity", _only(scorm12(declaration=EXTERNAL).replace("Course", "&x;")), {}),
        ("xml-elements", _only(scorm12(items=ITEM + "<item/>" * 200)), {"tags": 100}),
        ("organization-nothing", _only(scorm12(tree="<organizations/>", resources="")), {}),
        ("nothing-to-launch", _only(scorm12(items='<item identifier="I"><title>Heading</title></item>')), {}),
        ("item-resource-unknown", _only(scorm12(items=ITEM.replace("R1", "R9"))), {}),
        ("resource-no-href", _only(scorm12(resources=RESOURCE_12.replace(' href="a.html">', ">"))), {}),
        ("launch-file-missing", lambda: package(scorm12(), {}), {}),
        ("href-outside", _only(scorm12(resources=resource("../a.html"))), {}),
        ("href-outside", _only(scorm12(resources=resource("%2e%2e/a.html"))), {}),
        ("href-outside", _only(scorm12(resources=resource(r"x\..\..\a.html"))), {}),
        ("href-scheme", _only(scorm12(resources=resource("javascript:alert(1)"))), {}),
        ("href-scheme", _only(scorm12(resources=resource("data:text/html,x"))), {}),
        ("href-scheme", _only(scorm12(resources=resource("file:///etc/passwd"))), {}),
        ("href-scheme", _only(scorm12(resources=resource(inside='<file href="javascript:x"/>'))), {}),
        ("href-long", _only(scorm12(resources=resource("a" * 5000))), {}),
        ("href-long", _only(scorm12(resources=resource(), attributes=f' xml:base="{"a/" * 3000}"')), {}),
        ("sequencing-limit", _only(_referred(40)), {"tags": 100}),
        ("xml-elements", _only(scorm12(items=ITEM + f"<title>{'&' * 200}</title>")), {"tags": 100}),
        ("items-limit", _only(scorm12(items=ITEM + item().replace("I1", "I2"))), {"items": 2}),
    )
]
