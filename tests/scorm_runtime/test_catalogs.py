"""Every catalog says everything, with the right values in it, and nothing that nobody asks for."""

from __future__ import annotations

import re
import subprocess
import sys
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog as Babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scorm_runtime import catalogs, words
from scorm_runtime.catalogs import Catalog

PACKAGE = Path(catalogs.__file__).parent
FILES = sorted(catalogs.OWN.glob(catalogs.FILE))
IDS = [file.parents[1].name for file in FILES]
VALUE = re.compile(r"\{\w+\}")
SCRIPTS = [PACKAGE.parent / "static" / "js" / "runtime" / f"{name}.js" for name in ("words", "view", "player")]
# Keys that the script puts together, and from what.
MADE = {
    *(f"mode.{mode}" for mode in ("browse", "review")),
    *(f"between.{why}" for why in ("chosen", "start", "refused")),
    *(
        f"notice.{why}.{part}"
        for why in ("superseded", "expired", "used", "removed", "lost")
        for part in ("title", "text", "action")
    ),
    *(f"own.{state}.{part}" for state in ("ready", "blocked", "open") for part in ("title", "text", "action")),
}
PSEUDO = """
msgid ""
msgstr ""
"Language: ar\\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
"n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);\\n"

# A remark
#, python-format
msgid "Contents"
msgstr "[Contents "
"\\"quoted\\"]"

#, fuzzy
msgid "Finish"
msgstr "[wrong]"

msgid "{done} of {all} part done"
msgid_plural "{done} of {all} parts done"
msgstr[0] "zero"
msgstr[1] "one"
msgstr[2] "two"
msgstr[3] "few"
msgstr[4] "many"
msgstr[5] "other"

msgid "Score"
msgstr ""

#~ msgid "Gone"
#~ msgstr "[Gone]"
"""


@pytest.fixture(scope="module")
def asked_for(tmp_path_factory: pytest.TempPathFactory) -> Babel:
    """Every text that the source marks for translation."""
    template = tmp_path_factory.mktemp("template") / "player.pot"
    command = ["extract", "-F", str(PACKAGE / "translations" / "babel.cfg"), "-k", "_n:1,2", "-o", str(template), str(PACKAGE)]
    run = "from babel.messages.frontend import main; main()"
    subprocess.run([sys.executable, "-c", run, "-q", *command], check=True)
    return read_po(BytesIO(template.read_bytes()))


def translated(file: Path) -> Babel:
    return read_po(BytesIO(file.read_bytes()), locale=file.parents[1].name)


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def test_german_is_there() -> None:
    assert "de" in IDS


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_catalog_has_every_text_and_no_other(file: Path, asked_for: Babel) -> None:
    found = translated(file)

    assert {message.id for message in found if message.id} == {message.id for message in asked_for if message.id}
    assert not found.obsolete


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_no_text_of_a_catalog_is_empty_or_doubtful(file: Path) -> None:
    found = translated(file)

    doubtful = [message.id for message in found if message.id and (message.fuzzy or not all(forms(message.string)))]
    assert doubtful == []


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_translation_has_the_values_of_its_original(file: Path) -> None:
    differing = [
        message.id
        for message in translated(file)
        for text in forms(message.string)
        if message.id and set(VALUE.findall(text)) != set(VALUE.findall(forms(message.id)[-1]))
    ]

    assert differing == []


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_we_read_a_catalog_as_gettext_does(file: Path) -> None:
    compiled = BytesIO()
    write_mo(compiled, translated(file))
    compiled.seek(0)
    gettext = GNUTranslations(compiled)

    found = catalogs.read(file.read_text("utf-8"), "de")

    assert found.messages == {forms(m.id)[0]: forms(m.string) for m in translated(file) if m.id}
    assert found.text("Contents") == gettext.gettext("Contents")
    one, many = "{done} of {all} part done", "{done} of {all} parts done"
    said = [found.forms(one, many)[int(choice)] for choice in found.choices()]
    assert said == [gettext.ngettext(one, many, number) for number in range(200)]


def test_a_catalog_in_six_forms_is_read_with_its_doubts_left_out() -> None:
    found = catalogs.read(PSEUDO, "ar")

    assert found.direction == "rtl"
    assert found.text("Contents") == '[Contents "quoted"]'
    assert found.text("Finish") == "Finish"
    assert found.text("Score") == "Score"
    assert "Gone" not in found.messages
    assert found.forms("{done} of {all} part done", "x") == ("zero", "one", "two", "few", "many", "other")
    assert (found.choices()[:4], found.choices()[11], found.choices()[100:104]) == ("0123", "4", "5553")


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("", ""), "en"),
        (("", "de"), "de"),
        (("", "de-AT,de;q=0.9,en;q=0.8"), "de"),
        (("", "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), "en"),
        (("", "fr"), "en"),
        (("", "not a header ;;q="), "en"),
        (("de", "en"), "de"),
        (("xx", "de"), "de"),
    ],
)
def test_the_first_wish_that_can_be_met_decides_the_language(wishes: tuple[str, ...], language: str) -> None:
    assert catalogs.chosen(catalogs.catalogs(catalogs.OWN), wishes).language == language


def test_a_later_folder_adds_languages_and_replaces_catalogs(tmp_path: Path) -> None:
    for language in ("ar", "de", "pt_BR"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "player.po").write_text(PSEUDO)

    found = catalogs.catalogs(catalogs.OWN, tmp_path)

    assert sorted(found) == ["ar", "de", "en", "pt-BR"]
    assert found["de"].text("Contents") == '[Contents "quoted"]'


def test_the_script_knows_the_keys_that_it_is_given_and_no_others() -> None:
    keys = {key for file in SCRIPTS for key in re.findall(r'"([a-z]+(?:\.[a-z]+)*)"', file.read_text("utf-8"))}

    given = set(words.for_script(Catalog(language="en", messages={}))["texts"])

    dotted = {key for key in keys if "." in key}
    assert given - keys == MADE
    assert dotted <= given
