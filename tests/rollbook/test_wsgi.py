"""What the web server calls in each worker process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

STARTED = "import gc; from rollbook import wsgi; wsgi.app(); print(gc.get_freeze_count())"


def test_what_stays_in_a_server_process_is_out_of_the_collectors_way(mongo_uri: str, tmp_path: Path) -> None:
    environ = os.environ | {"ROLLBOOK_MONGODB_URI": mongo_uri, "ROLLBOOK_DATA_DIR": str(tmp_path)}

    told = subprocess.run([sys.executable, "-c", STARTED], env=environ, capture_output=True, text=True, check=True)

    assert int(told.stdout) > 10_000
