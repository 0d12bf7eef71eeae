"""Addresses in manifests."""

from __future__ import annotations

import pytest

from package_importer.href import BadHref, Files, Target, launch, resolve

FILES = Files(["a.html", "sub/b.html", "sub/c d.html", "100%.html", "x#y.html", "q?r.html", "ü.html"])


@pytest.mark.parametrize(
    ("bases", "href", "path"),
    [
        ((), "a.html", "a.html"),
        (("sub/",), "b.html", "sub/b.html"),
        (("sub",), "b.html", "sub/b.html"),
        (("x/", "../", "sub/"), "b.html", "sub/b.html"),
        (("sub/",), "../a.html", "a.html"),
        (("./",), "./sub/./b.html", "sub/b.html"),
        ((), "sub/c%20d.html", "sub/c d.html"),
        ((), "sub/c d.html", "sub/c d.html"),
        ((), "100%.html", "100%.html"),
        ((), "x#y.html", "x#y.html"),
        ((), "q?r.html", "q?r.html"),
        ((), "%C3%BC.html", "ü.html"),
        ((), r"SUB\B.HTML", "sub/b.html"),
        (("https://example.org/x/", "/"), "a.html", "https://example.org/x//a.html"),
    ],
)
def test_an_address_leads_to_a_file(bases: tuple[str, ...], href: str, path: str) -> None:
    target = resolve(bases, href, FILES)

    assert (target.path, target.exists) == (path, True)


def test_query_and_fragment_are_not_part_of_the_file() -> None:
    target = resolve((), "a.html?b=c#d", FILES)

    assert (target.path, target.query, target.fragment) == ("a.html", "b=c", "d")


def test_a_file_that_is_not_there_is_said_to_be_missing() -> None:
    assert not resolve((), "none.html", FILES).exists
    assert resolve((), "none.html", Files(None)).exists


@pytest.mark.parametrize(
    "href", ["../a.html", "sub/../../a.html", "%2e%2e/a.html", r"..\a.html", "sub/%2E%2E/..%2Fa.html", r"%5c..%5ca.html"]
)
def test_an_address_outside_is_refused(href: str) -> None:
    with pytest.raises(BadHref) as refused:
        resolve((), href, FILES)

    assert refused.value.rule == "href-outside"


@pytest.mark.parametrize(
    "href", ["javascript:x", "JaVaScript:x", "data:,x", "file:///a", "C:/a.html", "vbscript:x", "blob:x", "ftp://x/y"]
)
def test_a_scheme_other_than_http_is_refused(href: str) -> None:
    with pytest.raises(BadHref) as refused:
        resolve((), href, FILES)

    assert refused.value.rule == "href-scheme"


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ("", "a.html"),
        ("?x=1", "a.html?x=1"),
        ("&x=1", "a.html?x=1"),
        ("?&?x=1", "a.html?x=1"),
        ("x=1&y=2", "a.html?x=1&y=2"),
        ("#top", "a.html#top"),
        ("?x=1#top", "a.html?x=1#top"),
        ('?x=a b"<>ü', "a.html?x=a%20b%22%3C%3E%C3%BC"),
        ("?x=%20", "a.html?x=%20"),
    ],
)
def test_parameters_join_an_address(parameters: str, url: str) -> None:
    assert launch(Target("a.html"), parameters) == url


@pytest.mark.parametrize(
    ("parameters", "url"),
    [("?x=1", "a.html?q=1&x=1#f"), ("#top", "a.html?q=1#f"), ("", "a.html?q=1#f"), ("x#y", "a.html?q=1&x#f")],
)
def test_parameters_join_an_address_that_has_query_and_fragment(parameters: str, url: str) -> None:
    assert launch(Target("a.html", "q=1", "f"), parameters) == url


def test_a_file_name_is_percent_encoded() -> None:
    assert launch(Target("sub/c d#1?.html"), "") == "sub/c%20d%231%3F.html"
    assert launch(Target("a:b.html"), "") == "a%3Ab.html"


def test_parameters_join_an_external_address() -> None:
    assert launch(Target("https://example.org/a?b#c", external=True), "?x=1") == "https://example.org/a?b&x=1#c"
