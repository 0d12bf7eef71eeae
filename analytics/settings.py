"""What whoever runs the service decides about the analyst API."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`values`: what groups hold in all, of numbers and of texts of a hundred characters. `seconds`: as long as MongoDB takes
    over the other queries."""

    statements: int = 500_000
    groups: int = 50_000
    values: int = 1_000_000
    seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    minimum_group: int = 5
    """Learners that a group must have to be shown to who may not see single ones."""
    reads_days: int = 365
    """How long it is known who read what; 0: for ever."""
    export_hours: int = 72
    """How long the file of an export is kept."""
    query_limits: Limits = Limits()
    """What a query over statements may cost."""


DEFAULTS = Settings()
