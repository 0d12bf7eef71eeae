"""ADL CATAPULT's LMS test suite for cmi5 against a running service, whole: 87 tests, none failing or left out.

`ROLLBOOK_CMI5_LTS` names the folder `lts` of a checkout of github.com/adlnet/CATAPULT after `npm ci` (with
PUPPETEER_SKIP_CHROMIUM_DOWNLOAD=1) and, in its folder `pkg`, `npx webpack` (with NODE_OPTIONS=--openssl-legacy-provider).
The browser is the system's Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_lrs_suite import free_port

SUITE = os.environ.get("ROLLBOOK_CMI5_LTS")
TOTAL = 87
KEY, SECRET = "suite", "the secret of the suite"
SECONDS = 300
ADAPTOR = Path(__file__).with_name("cmi5_lms.js")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(SUITE is None, reason="ROLLBOOK_CMI5_LTS names no checkout of CATAPULT's LMS test suite"),
    pytest.mark.skipif(shutil.which("npx") is None, reason="node is not installed"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    port, content_port = free_port(), free_port()
    environment = {
        **os.environ,
        "ROLLBOOK_ADMIN_KEY": KEY,
        "ROLLBOOK_ADMIN_SECRET": SECRET,
        "ROLLBOOK_WORKERS": "2",
        "ROLLBOOK_THREADS": "4",
        "ROLLBOOK_DATA_DIR": str(folder),
        "ROLLBOOK_PORT": str(port),
        "ROLLBOOK_CONTENT_PORT": str(content_port),
    }
    command = [sys.executable, "-m", "rollbook", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        ready = next((line for line in service.stdout if line.startswith("ready ")), None)
        assert ready, "the service did not start"
        yield f"http://127.0.0.1:{port}"
        service.terminate()
        service.communicate(timeout=60)


def run(address: str, folder: Path) -> dict[str, Any]:
    """What jest reports of the whole suite."""
    browser = folder / "browser.json"
    options = {"headless": True, "executablePath": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
    browser.write_text(json.dumps({"launch": options}))
    report = folder / "report.json"
    environment = {
        **os.environ,
        "CATAPULT_LMS": str(ADAPTOR),
        "JEST_PUPPETEER_CONFIG": str(browser),
        "ROLLBOOK_URL": address,
        "ROLLBOOK_CREDENTIAL": f"{KEY}:{SECRET}",
    }
    command = ["npx", "jest", "--ci", "--runInBand", "--reporters=default", "--json", f"--outputFile={report}"]
    done = subprocess.run(command, cwd=str(SUITE), env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert report.exists(), done.stderr[-4000:]
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def failures(report: dict[str, Any]) -> list[str]:
    return [
        f"{one['fullName']}: {' '.join(one['failureMessages'])[:2000]}"
        for file in report["testResults"]
        for one in file["assertionResults"]
        if one["status"] != "passed"
    ]


def test_the_official_suite_passes_whole(address: str, tmp_path: Path) -> None:
    report = run(address, tmp_path)

    assert failures(report) == []
    assert (report["numPassedTests"], report["numTotalTests"]) == (TOTAL, TOTAL)
