"""Manifests as XML."""

from __future__ import annotations

import pytest

from package_importer import Limits, PackageRefused
from package_importer.report import Findings
from package_importer.xml import parse

LIMITS = Limits()


def read(data: bytes) -> tuple[str, list[str]]:
    findings = Findings()
    root = parse(data, limits=LIMITS, findings=findings)
    return root.text or "", [finding.rule for finding in findings.report().warnings]


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        ("<a>é€</a>".encode(), []),
        ("<a>é€</a>".encode("utf-8-sig"), []),
        ('<?xml version="1.0" encoding="UTF-16"?><a>é€</a>'.encode("utf-16"), []),
        ("<?xml version='1.0'?><a>é€</a>".encode("utf-16-be"), []),
        ('<?xml version="1.0" encoding="windows-1252"?><a>é€</a>'.encode("cp1252"), []),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é€</a>'.encode("cp1252"), []),
        ('<?xml version="1.0" encoding="ISO-8859-15"?><a>é€</a>'.encode("iso-8859-15"), []),
        ('<?xml version="1.0" encoding="UTF-8"?><a>é€</a>'.encode("cp1252"), ["xml-encoding-guessed"]),
        ("<a>é€</a>".encode("cp1252"), ["xml-encoding-guessed"]),
        ('<?xml version="1.0" encoding="utf-16"?><a>é€</a>'.encode(), []),
        ('<?xml version="1.0" encoding="nonsense"?><a>é€</a>'.encode(), ["xml-encoding-guessed"]),
        ('<?xml version="1.0" encoding="rot13"?><a>é€</a>'.encode(), ["xml-encoding-guessed"]),
    ],
)
def test_titles_are_read_in_any_encoding(data: bytes, rules: list[str]) -> None:
    assert read(data) == ("é€", rules)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a>R&D &amp; &#233;&copy;</a>", "R&D & é©"),
        ("<a>&lt;b&gt; & <!-- & --></a>", "<b> & "),
        ("<a><![CDATA[a & b]]>&</a>", "a & b&"),
    ],
)
def test_ampersands_and_entities_of_html_are_mended(text: str, expected: str) -> None:
    assert read(text.encode())[0] == expected


def test_an_entity_of_html_cannot_make_markup() -> None:
    assert read(b"<a>&LT;b&GT; &nbsp;</a>")[0] == "<b> \xa0"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://localhost:9/x" [<!ENTITY % x SYSTEM "http://localhost:9/y"> %x;]><a/>',
        "<!-- -->\n<?pi?><!doctype a [<!ELEMENT a ANY>]><a/>",
        "<a/><!DOCTYPE a [<!ENTITY x 'y'>]>",
        "<!DOCTYPE a SYSTEM 'x>y' [<!ENTITY x 'y'>]><a>&x;</a>",
        '<!DOCTYPE a SYSTEM "x',
    ],
)
def test_a_document_type_with_contents_is_refused(text: str) -> None:
    with pytest.raises(PackageRefused) as refused:
        read(text.encode())

    assert refused.value.report.errors[0].rule == "xml-entity"


def test_a_comment_may_speak_of_a_document_type() -> None:
    assert read(b"<a>b<!-- <!DOCTYPE a [ --></a>") == ("b", [])


def test_external_document_types_are_not_fetched() -> None:
    assert read(b'<!DOCTYPE a PUBLIC "-//X" "http://localhost:9/x.dtd"><a>b</a>') == ("b", ["xml-doctype"])


@pytest.mark.parametrize("text", ["", " ", "<a>", "<a></b>", "no", "<a/><b/>", "<a b='1' b='2'/>", "<a>&unknown</a", "<a" * 9000])
def test_what_is_not_xml_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(PackageRefused) as refused:
        read(text.encode())

    assert refused.value.report.errors[0].rule == "xml-malformed"


def test_a_huge_attribute_is_read_or_refused_within_the_limits() -> None:
    assert read(b'<a b="' + b"x" * 1_000_000 + b'">c</a>')[0] == "c"
    with pytest.raises(PackageRefused):
        read(b'<a b="' + b"x" * 11_000_000 + b'">c</a>')
