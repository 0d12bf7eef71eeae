"""The table of conditions."""

from __future__ import annotations

from package_importer import sequencing as read
from scorm_runtime.sequencing.rules import CONDITIONS


def test_every_condition_that_a_manifest_can_name_is_answered() -> None:
    assert {*CONDITIONS, "always"} == {*read.CONDITIONS, *read.ROLLUP_CONDITIONS}
