"""Manifests as XML: decoded by us, parsed without entities, network or unbounded depth, checked against our schemas."""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Iterable
from functools import cache
from html import escape
from html.entities import html5
from pathlib import Path
from typing import Any, cast

from lxml import etree

from package_importer.errors import PackageRefused
from package_importer.limits import Limits
from package_importer.report import REPEATS, Findings

DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
DECLARED_TEXT = re.compile(r"^<\?xml[^>]*?\?>")
PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
DOCTYPE = re.compile(r"""<!DOCTYPE(?:"[^"]*"|'[^']*'|[^"'\[>])*(.?)""", re.IGNORECASE)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MARKUP = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
REFERENCES = re.compile(rf"{MARKUP.pattern}|(&(?:([A-Za-z][A-Za-z0-9]*);|#\d+;|#x[0-9A-Fa-f]+;)?)", re.DOTALL)
NAMESPACE = re.compile(r"\{[A-Za-z][A-Za-z0-9+.-]*:[^{}'\s]*\}(?=[\w*])")
XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
FOLDERS = (Path(__file__).parent / "schemas", Path(__file__).parent.parent / "schemas" / "packages")

ATTRIBUTES = 100_000
"""Attributes beyond which a manifest is not validated: each may be a breach of its own, which libxml2 keeps in memory."""

_validating = threading.Lock()


def decode(data: bytes, findings: Findings) -> str:
    """The file's text: by its byte-order mark, else as declared, else UTF-8, else Windows-1252."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding, findings)
    if data[:4] in (b"<\0?\0", b"<\0m\0"):
        return _decoded(data, "utf-16-le", findings)
    if data[:4] in (b"\0<\0?", b"\0<\0m"):
        return _decoded(data, "utf-16-be", findings)
    declared = DECLARED.match(data[:1024])
    return _decoded(data, declared[1].decode("ascii") if declared else "utf-8", findings)


def _decoded(data: bytes, encoding: str, findings: Findings) -> str:
    first = encoding.lower()
    if first in ("utf-16", "utf16", "utf-16le", "utf-16be", "utf-32", "unicode", "ucs-2"):
        first = "utf-8" if b"\0" not in data[:64] else first
    if first in ("iso-8859-1", "latin-1", "latin1"):
        first = "cp1252"
    for candidate in (first, "utf-8", "cp1252"):
        try:
            if codecs.lookup(candidate)._is_text_encoding is False:
                continue
            text = data.decode(candidate)
        except (LookupError, UnicodeDecodeError):
            continue
        if candidate != first:
            findings.add("xml-encoding-guessed", encoding, taken=candidate)
        return text
    findings.add("xml-encoding-guessed", encoding, taken="iso-8859-1")
    return data.decode("iso-8859-1")


def parse(data: bytes, *, limits: Limits, findings: Findings) -> etree._Element:
    """The root element; raises PackageRefused when there is none to be had."""
    text = decode(data, findings).replace("\r\n", "\n").replace("\r", "\n")
    text = _text(text, findings)
    _prolog(text, findings)
    if text.count("<") > limits.tags:
        findings.add("xml-elements", limit=limits.tags)
    if not text.strip():
        findings.add("xml-malformed", "it is empty")
    if findings.refused:
        raise PackageRefused(findings.report())
    try:
        return _parsed(text, recover=False)
    except etree.XMLSyntaxError as error:
        return _again(text, error, limits, findings)


def _text(text: str, findings: Findings) -> str:
    if text[:1].isspace() and DECLARED_TEXT.match(text.lstrip()):
        findings.add("xml-leading-space", line=1)
        text = text.lstrip()
    if forbidden := FORBIDDEN.search(text):
        findings.add("xml-control-character", line=text.count("\n", 0, forbidden.start()) + 1)
        text = FORBIDDEN.sub("", text)
    return text


def _prolog(text: str, findings: Findings) -> None:
    """A document type is never read; one that could declare entities is refused before the parser sees it."""
    start = PROLOG.match(text)
    doctype = DOCTYPE.match(text, start.end() if start else 0)
    if doctype is None:
        if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE) and "<!DOCTYPE" in MARKUP.sub("", text).upper():
            findings.add("xml-entity", "DOCTYPE")
        return
    line = text.count("\n", 0, doctype.start()) + 1
    if doctype[1] == ">":
        findings.add("xml-doctype", line=line)
    else:
        findings.add("xml-entity", doctype[0], line=line)


def _parsed(text: str, *, recover: bool) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)


def _again(text: str, error: etree.XMLSyntaxError, limits: Limits, findings: Findings) -> etree._Element:
    """Undeclared prefixes and bare ampersands are forgiven; anything else is not XML."""
    if text.count("&") > limits.tags:
        findings.add("xml-elements", limit=limits.tags)
        raise PackageRefused(findings.report())
    mended = _entities(text, findings) if "entity" in str(error).lower() else text
    faults: dict[str, int] = {}
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    etree.fromstring(mended.encode("utf-8", "surrogatepass"), parser)
    for entry in parser.error_log:
        if entry.domain_name == "NAMESPACE":
            faults.setdefault(entry.message, entry.line)
        else:
            findings.add("xml-malformed", entry.message.strip(), line=entry.line)
            raise PackageRefused(findings.report()) from error
    if not faults and mended == text:
        findings.add("xml-malformed", error.msg, line=error.lineno)
        raise PackageRefused(findings.report()) from error
    for message, line in faults.items():
        findings.add("namespace-undeclared", message, line=line)
    return _parsed(mended, recover=True)


def _entities(text: str, findings: Findings) -> str:
    """The text with ampersands escaped and HTML's entities replaced, except where `&` has no meaning."""

    line, counted = 1, 0

    def mend(match: re.Match[str]) -> str:
        nonlocal line, counted
        reference = match[1]
        if reference is None:
            return match[0]
        name = match[2] or ""
        if name in XML_ENTITIES or reference.startswith("&#"):
            return reference
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if f"{name};" in html5:
            findings.add("xml-html-entity", reference, line=line)
            return escape(html5[f"{name};"], quote=True)
        findings.add("xml-ampersand", text[match.start() : match.start() + 20], line=line)
        return "&amp;" + reference[1:]

    return REFERENCES.sub(mend, text)


def path(element: etree._Element) -> str:
    """Where an element is, for people: its names from the root, with identifiers where it has them."""
    steps = []
    for step in (element, *element.iterancestors()):
        tag = str(step.tag).rpartition("}")[2]
        identifier = step.get("identifier") or step.get("id") or step.get("ID") or step.get("objectiveID")
        steps.append(f"{tag}[{' '.join(identifier.split())}]" if identifier else tag)
    return "/".join(reversed(steps))


def note(findings: Findings, element: etree._Element, rule: str, found: object = None, **values: object) -> None:
    """A finding at an element."""
    if findings.full(rule):
        return
    line = cast("int | None", element.sourceline)
    findings.add(rule, found, line=line, element=path(element), **values)  # type: ignore[arg-type]


def validate(root: etree._Element, schema: str, *, limits: Limits, findings: Findings, rule: str = "schema") -> None:
    """Each breach of our schema becomes a finding of `rule`."""
    elements = attributes = 0
    for element in root.iter():
        elements, attributes = elements + 1, attributes + len(element.attrib)
        if elements > limits.schema_elements or attributes > ATTRIBUTES:
            break
    if elements > limits.schema_elements or attributes > ATTRIBUTES:
        findings.add("schema-unchecked", limit=limits.schema_elements)
        return
    with _validating:
        validator = _schema(schema)
        if validator.validate(root):
            return
        log: Iterable[Any] = validator.error_log  # type: ignore[assignment]
        breaches = [(entry.line, entry.path, entry.message) for entry in log]
    for number, (line, where, message) in enumerate(breaches):
        place = _place(root, where) if number < REPEATS else where
        findings.add(rule, _spoken(message), line=line, element=place)


def _place(root: etree._Element, where: str | None) -> str | None:
    """The parser's own path, which counts elements, as ours, which names them."""
    spaces = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        found = root.xpath(where, namespaces=spaces) if where else []
    except etree.XPathError:
        return where
    return path(found[0]) if isinstance(found, list) and found and isinstance(found[0], etree._Element) else where


def _spoken(message: str) -> str:
    """The validator's sentence with plain names: without their namespaces, but with the sets of words that it names."""
    return NAMESPACE.sub("", message).strip().removesuffix(".")


@cache
def _schema(name: str) -> etree.XMLSchema:
    for folder in FOLDERS:
        if (file := folder / name).is_file():
            return etree.XMLSchema(file=str(file))
    raise FileNotFoundError(name)
