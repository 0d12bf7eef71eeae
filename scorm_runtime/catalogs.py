"""The languages of the player's interface: gettext catalogs, read as the text that translators write (docs/decisions/0305).

A catalog is `<language>/LC_MESSAGES/player.po`. The English texts are the keys, so English needs none, and what a catalog
lacks or has marked fuzzy is said in English.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

SOURCE = "en"
FILE = "*/LC_MESSAGES/player.po"
OWN = Path(__file__).parent / "translations"
# Languages whose usual script runs from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[[0-9]\])?)\s+)?(".*")')
PLURAL = re.compile(r"^Plural-Forms:.*plural=([^;]+)", re.MULTILINE)
ENGLISH_PLURAL = "n != 1"
COUNTED = 200  # no language's rule needs more than the last two digits of a number beyond this


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """`messages` has the forms of each text by its English one."""

    language: str
    messages: Mapping[str, tuple[str, ...]]
    plural: str = ENGLISH_PLURAL

    def text(self, english: str) -> str:
        return self.messages.get(english, (english,))[0]

    def forms(self, one: str, many: str) -> tuple[str, ...]:
        return self.messages.get(one, (one, many))

    @property
    def direction(self) -> str:
        return "rtl" if self.language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"

    def choices(self) -> str:
        """Which form goes with 0, 1, 2 …, a digit each: the browser may not evaluate the rule itself."""
        rule = c2py(self.plural)
        return "".join(str(int(rule(number))) for number in range(COUNTED))


def read(text: str, language: str) -> Catalog:
    messages = {entry["msgid"]: _forms(entry) for entry in _entries(text)}
    header = messages.pop("", ("",))[0]
    rule = PLURAL.search(header)
    complete = {english: forms for english, forms in messages.items() if all(forms)}
    return Catalog(language=language, messages=complete, plural=rule[1].strip() if rule else ENGLISH_PLURAL)


def _forms(entry: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value for name, value in sorted(entry.items()) if name.startswith("msgstr"))


def _entries(text: str) -> Iterator[dict[str, str]]:
    """Each with its keywords; those marked fuzzy are left out, obsolete ones are comments."""
    entry: dict[str, str] = {}
    keyword, fuzzy, doubtful = "", False, False
    for line in (*text.splitlines(), 'msgid ""'):
        if line.startswith("#,"):
            doubtful = "fuzzy" in line
            continue
        found = LINE.fullmatch(line.strip())
        if found is None:
            continue
        if found[1] == "msgid":
            if entry and not fuzzy:
                yield entry
            entry, fuzzy, doubtful = {}, doubtful, False
        keyword = found[1] or keyword
        entry[keyword] = entry.get(keyword, "") + ast.literal_eval(found[2])


@cache
def catalogs(*folders: Path) -> Mapping[str, Catalog]:
    """By language tag; a later folder's catalog takes the place of an earlier one's."""
    found = {SOURCE: Catalog(language=SOURCE, messages={})}
    for folder in folders:
        for file in sorted(folder.glob(FILE)):
            language = file.parents[1].name.replace("_", "-")
            found[language] = read(file.read_text("utf-8"), language)
    return found


def chosen(known: Mapping[str, Catalog], wishes: Iterable[str]) -> Catalog:
    """The best for the first wish that can be met: each is an Accept-Language header, or a single tag."""
    for wish in wishes:
        best = parse_accept_header(wish, LanguageAccept).best_match(list(known))
        if best:
            return known[best]
    return known[SOURCE]
