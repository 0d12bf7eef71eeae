"""Content built on the cmi5 libraries of others plays in a browser to completed and passed.

`ROLLBOOK_CMI5_LIBRARIES` names a folder `node_modules` with @rusticisoftware/cmi5 and @xapi/cmi5 from npm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.playing import Service
from tests.packages.zips import plain
from tests.scorm_runtime.units.content import au, block, publisher, structure

LIBRARIES = os.environ.get("ROLLBOOK_CMI5_LIBRARIES")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(LIBRARIES is None, reason="ROLLBOOK_CMI5_LIBRARIES names no folder with the cmi5 libraries of npm"),
]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Unit</title><h1>A unit</h1><p role="status">begun</p>
<script src="library.js"></script><script type="module">
const told = document.querySelector("p");
try {{
  {script}
  told.textContent = "ended";
}} catch (error) {{
  told.textContent = `${{error}} ${{JSON.stringify(error.response?.data ?? error.message)}}`;
}}
</script></html>"""
RUSTICI = """
  const unit = new Cmi5(location.href);
  await unit.start();
  await unit.passed({ scaled: 0.9 });
  await unit.completed();
  await unit.terminate();
"""
XAPI = """
  const unit = new Cmi5();
  await unit.initialize();
  await unit.progress(50);
  await unit.pass({ scaled: 0.9 });
  await unit.complete();
  await unit.terminate();
"""
CONTENT = {
    "rusticisoftware": ("@rusticisoftware/cmi5/dist/cmi5.js", RUSTICI, ["passed", "completed"]),
    "xapi": ("@xapi/cmi5/dist/Cmi5.umd.js", XAPI, ["progressed", "passed", "completed"]),
}


@pytest.mark.parametrize("name", CONTENT)
def test_a_unit_on_the_library_reaches_completed_and_passed(
    name: str, service: Service, browser: Browser, tmp_path: Path
) -> None:
    library, script, said = CONTENT[name]
    files = {
        "cmi5.xml": structure(block("block", au("one", 'moveOn="CompletedAndPassed" masteryScore="0.8"'))),
        "a.html": PAGE.format(script=script).encode(),
        "library.js": (Path(str(LIBRARIES)) / library).read_bytes(),
    }
    package = tmp_path / "package.zip"
    package.write_bytes(plain(files))
    registration = service.register(service.import_course(package))
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(service.launch(registration, item=publisher("one")))
    expect(page.get_by_role("status")).to_have_text("ended")
    page.close()

    report = service.get(f"/api/v1/registrations/{registration}")
    assert (report["completion"], report["success"], report["score"]) == ("completed", "passed", {"scaled": 0.9})
    assert service.verbs(registration) == ["launched", "initialized", *said, "satisfied", "satisfied", "passed", "terminated"]
    assert [one for one in complaints if "404" not in one] == []  # preferences that nobody has written yet
