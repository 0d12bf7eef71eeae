"""Windows between milestones."""

from typing import Any

import pytest
from pymongo.database import Database

from lrs.store.marks import Marks


@pytest.mark.parametrize("ascending", [True, False])
def test_a_page_that_needed_no_milestone_still_has_a_window(db: Database[dict[str, Any]], ascending: bool) -> None:
    found = list(Marks(db).windows(1, 5, 90, ascending=ascending, width=0))

    assert found == [(5, 90)]
