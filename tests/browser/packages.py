"""Packages made by the browser tests."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="{name}" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
          xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="o"><organization identifier="o"><title>{name}</title>{items}</organization></organizations>
  <resources>{resources}</resources>
</manifest>"""
ITEM = '<item identifier="{0}" identifierref="r-{0}"><title>{0}</title></item>'
RESOURCE = '<resource identifier="r-{0}" type="webcontent" adlcp:scormtype="{1}" href="{2}"><file href="{2}"/></resource>'
# Looks for the API as SCORM 1.2 (3.3.6.1) shows it: up the parents, then up those of the opener.
SCO = """<!doctype html><html lang="en"><title>SCO</title><h1>SCO</h1><script>
function find(from) {
  while (!from.API && from.parent && from.parent !== from) from = from.parent;
  return from.API ?? null;
}
const api = find(window) ?? (window.top.opener ? find(window.top.opener) : null);
api.LMSInitialize("");
document.querySelector("h1").textContent = "SCO " + (api.LMSGetValue("cmi.core.entry") || "again");
addEventListener("unload", () => {
  api.LMSSetValue("cmi.core.lesson_location", "said on leaving");
  api.LMSFinish("");
});
</script></html>"""


def scorm12(folder: Path, name: str, files: Mapping[str, str | bytes]) -> Path:
    """A course with a part for each file: an HTML page is a SCO, anything else an asset. A part has its file's name."""
    package = folder / f"{name}.zip"
    parts = [(path.partition(".")[0], "sco" if path.endswith(".html") else "asset", path) for path in files]
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(
            "imsmanifest.xml",
            MANIFEST.format(
                name=name,
                items="".join(ITEM.format(*part) for part in parts),
                resources="".join(RESOURCE.format(*part) for part in parts),
            ),
        )
        for path, text in files.items():
            archive.writestr(path, text)
    return package


def pdf(text: str) -> bytes:
    """A document of one page, with a cross-reference table that is right."""
    stream = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    made = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (table, len(made))
