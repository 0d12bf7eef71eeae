"""What the browser seals, another implementation of ChaCha20-Poly1305 opens, and the other way round."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

SEALED = Path(__file__).parents[2] / "static" / "js" / "runtime" / "sealed.js"
NODE = shutil.which("node")
CHANCE = random.Random(8439)  # the same texts each time
KEY = CHANCE.randbytes(32)
ROWS = {f"rollbook:{length}:1": "".join(CHANCE.choices("abc é漢🙂\n\0", k=length)) for length in (0, 1, 15, 16, 63, 64, 65, 5000)}
WRITES_AND_READS = """
import { Shelf } from %(module)s;
const { key, texts, rows } = %(given)s;
const kept = { ...rows };
const shelf = new Shelf({ getItem: (name) => kept[name], setItem: (name, row) => { kept[name] = row; } }, key);
const read = Object.fromEntries(Object.keys(rows).map((name) => [name, shelf.read(name)]));
for (const [name, text] of Object.entries(texts)) shelf.write(name, text);
console.log(JSON.stringify({ read, kept }));
"""


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_rows_are_sealed_as_another_implementation_does_it() -> None:
    cipher, nonce = ChaCha20Poly1305(KEY), CHANCE.randbytes(12)
    theirs = {
        name: (nonce + cipher.encrypt(nonce, text.encode(), name.encode())).decode("latin-1") for name, text in ROWS.items()
    }
    given = json.dumps({"key": base64.b64encode(KEY).decode(), "texts": ROWS, "rows": theirs})
    script = WRITES_AND_READS % {"module": json.dumps(SEALED.as_uri()), "given": given}

    done = subprocess.run(
        [str(NODE), "--input-type=module"], input=script, capture_output=True, text=True, encoding="utf-8", check=True
    )
    found = json.loads(done.stdout)

    ours = {name: row.encode("latin-1") for name, row in found["kept"].items()}
    assert found["read"] == ROWS
    assert {name: cipher.decrypt(row[:12], row[12:], name.encode()).decode() for name, row in ours.items()} == ROWS
    assert not {name for name, row in ours.items() if row[:12] == nonce}
