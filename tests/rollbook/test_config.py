from __future__ import annotations

from pathlib import Path

import pytest

from rollbook.config import Config, read_config, to_environ
from rollbook.errors import SettingInvalid


def test_what_the_environment_does_not_say_has_its_default() -> None:
    config = read_config({"ROLLBOOK_PORT": "9000"})

    assert (config.port, config.content_port, config.mongodb_uri) == (9000, 8081, None)


def test_a_flag_wins_over_the_environment() -> None:
    config = read_config({"ROLLBOOK_PORT": "9000"}, port=9001, host=None)

    assert (config.port, config.host) == (9001, "127.0.0.1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROLLBOOK_PORT", "eighty"),
        ("ROLLBOOK_PORT", "70000"),
        ("ROLLBOOK_MAX_PACKAGE_SIZE", "2 gigabytes"),
        ("ROLLBOOK_PUBLIC_URL", "learn.example.org"),
        ("ROLLBOOK_PUBLIC_URL", "https://*.example.org"),
        ("ROLLBOOK_CONTENT_URL", "https://content.*.example.org"),
        ("ROLLBOOK_CONTENT_URL", "https://*.*.example.org"),
        ("ROLLBOOK_CONTENT_URL", "https://*content.example.org"),
        ("ROLLBOOK_CONTENT_URL", "https://*."),
        ("ROLLBOOK_CONTENT_URL", "*.content.example.org"),
        ("ROLLBOOK_DEFAULT_XAPI_VERSION", "0.9"),
        ("ROLLBOOK_WORKERS", "-1"),
        ("ROLLBOOK_SCORM_STRICT", "identifiers spelling"),
        ("ROLLBOOK_SCORM12_AUTO_CONTINUE", "sometimes"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_the_settings_name(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        read_config({name: value})

    assert name in str(refusal.value)
    assert repr(value) in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "strict"), [("yes", True), ("no", False), ("identifiers, answers", ("identifiers", "answers"))]
)
def test_strictness_is_whole_none_or_a_list_of_leniencies(value: str, strict: bool | tuple[str, ...]) -> None:
    config = read_config({"ROLLBOOK_SCORM_STRICT": value})

    assert config.scorm_strict == strict
    assert read_config(to_environ(config)).scorm_strict == strict


@pytest.mark.parametrize(("value", "size"), [("10", 10), ("3K", 3072), ("500m", 500 * 1024**2), ("2G", 2 * 1024**3)])
def test_sizes_may_carry_a_unit(value: str, size: int) -> None:
    assert read_config({"ROLLBOOK_MAX_PACKAGE_SIZE": value}).max_package_size == size


@pytest.mark.parametrize(
    "settings",
    [
        {"ROLLBOOK_PORT": "8080", "ROLLBOOK_CONTENT_PORT": "8080"},
        {"ROLLBOOK_PUBLIC_URL": "https://a.example", "ROLLBOOK_CONTENT_URL": "https://a.example/"},
        {"ROLLBOOK_ADMIN_KEY": "k"},
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid):
        read_config(settings)


def test_a_child_process_reads_the_same_configuration() -> None:
    config = Config(
        mongodb_uri="mongodb://u:p@h/", data_dir=Path("/srv/rollbook"), port=9000, cors_origins=("https://a.example", "https://b.example"),
        public_url="https://learn.example", max_package_size=5,
    )  # fmt: skip

    assert read_config(to_environ(config)) == config


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({}, "http://rollbook.local"),
        ({"ROLLBOOK_PUBLIC_URL": "https://learn.example"}, "https://learn.example"),
        ({"ROLLBOOK_PUBLIC_URL": "https://learn.example", "ROLLBOOK_IRI_BASE": "https://id.example"}, "https://id.example"),
    ],
)
def test_iris_begin_as_the_settings_page_says(settings: dict[str, str], base: str) -> None:
    assert read_config(settings).iri_root == base
    assert base.startswith("https:") or f"`{base}`" in (Path(__file__).parents[2] / "docs" / "settings.md").read_text()


def test_an_ipv6_host_is_bracketed_in_addresses() -> None:
    assert read_config({"ROLLBOOK_HOST": "::1"}).application_origin == "http://[::1]:8080"
