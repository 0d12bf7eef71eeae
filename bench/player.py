"""How soon content finds its API, and what a call costs, in Chromium: python bench/player.py [--rounds N] [--scorm-again FOLDER]

A `rollbook serve` over a throw-away directory is started for it, or --url names one (with --key and --secret). "API found"
is the time from the start of the navigation to the player page until the SCO in its frame has found the API and called
Initialize; beside it stands what Chromium itself needs for a page, a script and a frame. FOLDER is an unpacked npm package
of scorm-again, to compare with; its API runs in an empty page. Needs the extra `test` and a Chromium (ROLLBOOK_CHROMIUM).
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

from playwright.sync_api import Browser, Frame, sync_playwright

KEY, SECRET = "bench", "a secret of the bench"
GOAL_MS, GOAL_US, GOAL_BYTES = 300, 20, 60_000
AT_REST_MS = 1500
MANIFEST = {
    "1.2": """<manifest identifier="b" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion>
 </metadata><organizations default="o"><organization identifier="o"><title>Bench</title><item identifier="i" identifierref="r">
 <title>Bench</title></item></organization></organizations><resources><resource identifier="r" type="webcontent"
 adlcp:scormtype="sco" href="index.html"><file href="index.html"/></resource></resources></manifest>""",
    "2004": """<manifest identifier="b" version="1.0" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"><metadata><schema>ADL SCORM</schema>
 <schemaversion>2004 4th Edition</schemaversion></metadata><organizations default="o"><organization identifier="o">
 <title>Bench</title><item identifier="i" identifierref="r"><title>Bench</title></item></organization></organizations>
 <resources><resource identifier="r" type="webcontent" adlcp:scormType="sco" href="index.html"><file href="index.html"/>
 </resource></resources></manifest>""",
}
SCO = """<!doctype html><title>Bench</title><script>
let from = parent;
while (!from.API && !from.API_1484_11 && from !== from.parent) from = from.parent;
const api = from.API ?? from.API_1484_11;
(api.LMSInitialize ?? api.Initialize).call(api, "");
window.found = performance.timeOrigin + performance.now();
console.info("found", window.found);
</script>"""
# The least that a player could be: a page, a script that puts an API there and content below it; nothing is saved or shown.
START = """const frame = document.createElement("iframe");
frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
frame.src = "sco.html";
document.body.append(frame);"""
NOTHING = """const calls = ["Initialize", "Terminate", "GetValue", "SetValue", "Commit"];
window.API_1484_11 = Object.fromEntries(calls.map((name) => [name, () => "true"]));
"""
THEIRS = "window.API_1484_11 = new Scorm2004API({ autocommit: false, logLevel: 5 });\n"
PAGE = """<!doctype html><html lang="en"><title>Floor</title><link rel="icon" href="data:,">{library}
<script type="module" src="{script}.js"></script><body></body></html>"""
# What is called: a name, the element, its value.
CALLS = {
    "1.2": [
        ("location", "cmi.core.lesson_location", "page 7"),
        ("score", "cmi.core.score.raw", "80"),
        ("suspend data of 4 kB", "cmi.suspend_data", "x" * 4000),
        ("response", "cmi.interactions.0.student_response", "a"),
    ],
    "2004": [
        ("location", "cmi.location", "page 7"),
        ("score", "cmi.score.scaled", "0.8"),
        ("suspend data of 4 kB", "cmi.suspend_data", "x" * 4000),
        ("response", "cmi.interactions.0.learner_response", "a"),
    ],
}
PREPARE = """api => {
  const set = (api.LMSSetValue ?? api.SetValue).bind(api);
  set("cmi.interactions.0.id", "q1");
  set("cmi.interactions.0.type", "choice");
}"""
MEASURE = """([element, value]) => {
  const set = (api.LMSSetValue ?? api.SetValue).bind(api), get = (api.LMSGetValue ?? api.GetValue).bind(api);
  const lasts = (call) => {
    const times = [];
    for (let round = 0; round < 31; round += 1) {
      const start = performance.now(); // in steps of a tenth of a millisecond
      for (let again = 0; again < 2000; again += 1) call();
      times.push((performance.now() - start) / 2);
    }
    return times.sort((a, b) => a - b)[15];
  };
  const answers = [set(element, value), get(element)];
  return [lasts(() => set(element, value)), lasts(() => get(element)), answers[0]];
}"""


class Service:
    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url = url
        self.authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> Any:
        headers = {"Authorization": self.authorization, "Content-Type": content_type}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def course(self, standard: str) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("imsmanifest.xml", MANIFEST[standard])
            archive.writestr("index.html", SCO)
        course: str = self.post("/api/v1/courses", packed.getvalue(), "application/zip")["id"]
        return course

    def link(self, course: str, learner: str) -> str:
        actor = {"account": {"homePage": "https://bench.example", "name": learner}}
        name = self.post(f"/api/v1/courses/{course}/registrations", json.dumps({"actor": actor}).encode())["registration"]
        link: str = self.post(f"/api/v1/registrations/{name}/launch", b"{}")["url"]
        return link


@contextlib.contextmanager
def serving() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ROLLBOOK_")} | {
            "ROLLBOOK_DATA_DIR": folder,
            "ROLLBOOK_PORT": "0",
            "ROLLBOOK_CONTENT_PORT": "0",
            "ROLLBOOK_ADMIN_KEY": KEY,
            "ROLLBOOK_ADMIN_SECRET": SECRET,
        }
        command = [sys.executable, "-m", "rollbook", "serve"]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield next(line.split()[1] for line in process.stdout if line.startswith("ready "))
            finally:
                process.terminate()


class Floor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: ClassVar[dict[str, tuple[str, bytes]]] = {}

    def do_GET(self) -> None:
        kind, body = self.files[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def floor(scorm_again: Path | None) -> Iterator[str]:
    script, page = "text/javascript", "text/html"
    files = {"/sco.html": (page, SCO), "/nothing.js": (script, NOTHING + START), "/theirs.js": (script, THEIRS + START)}
    files["/floor"] = (page, PAGE.format(library="", script="nothing"))
    files["/theirs"] = (page, PAGE.format(library='<script src="scorm-again.js"></script>', script="theirs"))
    if scorm_again:
        files["/scorm-again.js"] = (script, (scorm_again / "dist" / "scorm2004.min.js").read_text("utf-8"))
    Floor.files = {path: (kind, text.encode()) for path, (kind, text) in files.items()}
    with ThreadingHTTPServer(("127.0.0.1", 0), Floor) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def opened(browser: Browser, link: str) -> tuple[float, float]:
    """Milliseconds until the SCO has its API: for who was never here, and for who comes back. Nothing of the bench runs
    in the pages meanwhile, and the browser has done what it does for each new window by itself (a second's work)."""
    context = browser.new_context()
    page = context.new_page()
    times = []
    for _ in range(2):
        page.goto("about:blank")
        page.wait_for_timeout(AT_REST_MS)
        with page.expect_console_message(lambda said: said.text.startswith("found ")) as said:
            page.goto(link)
        times.append(float(said.value.text.split()[1]) - page.evaluate("performance.timeOrigin"))
    context.close()
    return times[0], times[1]


def starts(browser: Browser, service: Service, course: str, rounds: int, scorm_again: Path | None) -> bool:
    """In turn, so that what else the machine does meets all of them."""
    times: dict[str, list[tuple[float, float]]] = {}
    with floor(scorm_again) as empty:
        others = {"a page that does nothing": f"{empty}/floor"} | ({"scorm-again": f"{empty}/theirs"} if scorm_again else {})
        for number in range(rounds):
            for name, link in {"player": service.link(course, f"visit{number}"), **others}.items():
                times.setdefault(name, []).append(opened(browser, link))
    print(f"API found, milliseconds: median of {rounds} (least); first visit, second visit; goal {GOAL_MS}")
    for name, pairs in times.items():
        first, second = ([pair[at] for pair in pairs] for at in (0, 1))
        print(f"  {name:26}{_few(first)}{_few(second)}")
    return max(statistics.median(pair[at] for pair in times["player"]) for at in (0, 1)) < GOAL_MS


def _few(times: list[float]) -> str:
    return f"{statistics.median(times):8.0f} ({min(times):.0f})"


def weight(browser: Browser, link: str) -> int:
    """Bytes of the scripts that come for a player."""
    page = browser.new_page()
    page.goto(link)
    content(page)
    found: int = page.evaluate("""performance.getEntriesByType("resource").filter(one => one.name.endsWith(".js"))
      .reduce((sum, one) => sum + one.decodedBodySize, 0)""")
    page.close()
    return found


def content(page: Any) -> Frame:
    page.wait_for_selector("body[data-state=running]")
    frame = page.query_selector("iframe[name=content]").content_frame()
    assert frame is not None
    return frame  # type: ignore[no-any-return]


def ours(browser: Browser, link: str, standard: str) -> dict[str, tuple[float, float]]:
    page = browser.new_page()
    page.goto(link)
    frame = content(page)
    frame.wait_for_function("window.found")
    found = measured(frame.evaluate, standard)
    page.close()
    return found


def theirs(browser: Browser, folder: Path, standard: str) -> dict[str, tuple[float, float]]:
    """Without a server, saving nothing and logging nothing."""
    page = browser.new_page()
    kind = "Scorm12API" if standard == "1.2" else "Scorm2004API"
    page.add_script_tag(path=folder / "dist" / f"{'scorm12' if standard == '1.2' else 'scorm2004'}.min.js")
    page.evaluate(f"window.api = new {kind}({{autocommit: false, logLevel: 5}})")
    page.evaluate("(api.LMSInitialize ?? api.Initialize).call(api, '')")
    found = measured(page.evaluate, standard)
    page.close()
    return found


def measured(evaluate: Callable[..., Any], standard: str) -> dict[str, tuple[float, float]]:
    """Microseconds of a SetValue and of a GetValue, medians."""
    evaluate(f"({PREPARE})(api)")
    found = {}
    for name, element, value in CALLS[standard]:
        to_set, to_get, answer = evaluate(MEASURE, [element, value])
        assert answer == "true", f"{element} was refused"
        found[name] = (to_set, to_get)
    return found


def report(standard: str, own: dict[str, tuple[float, float]], other: dict[str, tuple[float, float]] | None) -> None:
    print(f"\nSCORM {standard}, microseconds a call{'; scorm-again; how many times as fast' if other else ''}")
    for name, times in own.items():
        for call, at in (("SetValue", 0), ("GetValue", 1)):
            beside = f"  {other[name][at]:8.2f}  {other[name][at] / times[at]:6.1f}" if other else ""
            print(f"  {call} {name:22} {times[at]:8.2f}{beside}  {'' if times[at] < GOAL_US else 'TOO SLOW'}")


def run(browser: Browser, service: Service, rounds: int, scorm_again: Path | None) -> bool:
    courses = {standard: service.course(standard) for standard in MANIFEST}
    good = starts(browser, service, courses["2004"], rounds, scorm_again)
    scripts = weight(browser, service.link(courses["2004"], "weight"))
    print(f"Scripts: {scripts} bytes (goal {GOAL_BYTES})")
    good &= 0 < scripts < GOAL_BYTES
    for standard, course in courses.items():
        own = ours(browser, service.link(course, "calls"), standard)
        report(standard, own, theirs(browser, scorm_again, standard) if scorm_again else None)
        good &= max(max(times) for times in own.values()) < GOAL_US
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--scorm-again", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--secret", default=SECRET)
    given = parser.parse_args()
    chromium = shutil.which(os.environ.get("ROLLBOOK_CHROMIUM", "chromium"))
    with contextlib.ExitStack() as stack:
        url = given.url or stack.enter_context(serving())
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        good = run(browser, Service(url, given.key, given.secret), given.rounds, given.scorm_again)
        browser.close()
    sys.exit(not good)


if __name__ == "__main__":
    main()
