"""Item analysis, funnel and struggling of docs/metrics.md once more, from raw statements, sharing nothing with the product."""

import statistics
from collections import defaultdict
from datetime import datetime
from typing import Any

from tests.analytics import reference
from tests.analytics.reference import ADL, Statement

Given = dict[str, dict[str, Statement]]


def answers(statements: list[Statement], course: str, which: str = "first") -> Given:
    """Question, learner, the answer that counts; `statements` in stored order."""
    voided = {one["object"]["id"] for one in statements if one["verb"]["id"] == ADL + "voided"}
    grouped: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for one in statements:
        parents = one.get("context", {}).get("contextActivities", {}).get("parent", [])
        if one["verb"]["id"] == ADL + "answered" and one["id"] not in voided and {"id": course} in parents:
            grouped[one["object"]["id"]][one["actor"]["mbox"]].append(one)
    choose = min if which == "first" else lambda many, key: max(reversed(many), key=key)
    return {
        question: {who: choose(many, key=lambda one: one["timestamp"]) for who, many in by.items()}
        for question, by in grouped.items()
    }


def score(one: Statement) -> int:
    return int(one["result"]["success"])


def latency(one: Statement) -> float:
    return float(one["result"]["duration"][2:-1])


def item(given: Given, question: str) -> dict[str, Any]:
    mine = {who: score(one) for who, one in given[question].items()}
    all_scores = {who: [score(by[who]) for by in given.values() if who in by] for who in mine}
    totals = {who: sum(many) / len(many) for who, many in all_scores.items()}
    rests = {who: (sum(many) - mine[who]) / (len(many) - 1) for who, many in all_scores.items() if len(many) > 1}
    times = [latency(one) for one in given[question].values()]
    return {
        "learners": len(mine),
        "difficulty": sum(mine.values()) / len(mine),
        "discrimination": edges(mine, totals),
        "point_biserial": correlation([(mine[who], rest) for who, rest in rests.items()]),
        "latency_s_p50": statistics.median(times),
        "latency_s_p25": statistics.quantiles(times, n=4, method="inclusive")[0] if len(times) > 1 else times[0],
        "latency_s_p90": statistics.quantiles(times, n=10, method="inclusive")[8] if len(times) > 1 else times[0],
    }


def edges(mine: dict[str, int], totals: dict[str, float]) -> float | None:
    if len(mine) < 10:
        return None
    size = int(0.27 * len(mine) + 0.5)
    highest = sorted(totals.values(), reverse=True)[:size]
    lowest = sorted(totals.values())[:size]
    if highest[-1] <= lowest[-1]:
        return None
    upper = [mine[who] for who in mine if totals[who] >= highest[-1]]
    lower = [mine[who] for who in mine if totals[who] <= lowest[-1]]
    return statistics.mean(upper) - statistics.mean(lower)


def correlation(pairs: list[tuple[float, float]]) -> float | None:
    if len(pairs) < 10 or len({x for x, _ in pairs}) == 1 or len({y for _, y in pairs}) == 1:
        return None
    return statistics.correlation([x for x, _ in pairs], [y for _, y in pairs])


def distractors(given: Given, question: str) -> dict[str, dict[str, Any]]:
    chosen: dict[str, list[str]] = defaultdict(list)
    for who, one in given[question].items():
        chosen[one["result"]["response"]].append(who)
    found = {}
    for response, learners in chosen.items():
        others = {who: [score(by[who]) for name, by in given.items() if name != question and who in by] for who in learners}
        means = [sum(many) / len(many) for many in others.values() if many]
        found[response] = {
            "learners": len(learners),
            "share": len(learners) / len(given[question]),
            "correct": response == "a",
            "rest_avg": sum(means) / len(means) if means else None,
        }
    return found


def funnel(statements: list[Statement], course: str) -> dict[str, set[str]]:
    """The learners of each stage; courses of the made-up year have no items but questions."""
    rows = {key: row for key, row in reference.rows(statements).items() if key[1] == course}
    alive = {one["id"] for one in statements} - {one["object"]["id"] for one in statements if one["verb"]["id"] == ADL + "voided"}
    said = [one for one in statements if one["id"] in alive and one["object"]["id"] == course]
    worked = {key[0] for key, row in rows.items() if row["attempts"]}
    return {
        "registered": {key[0] for key in rows},
        "launched": worked | {one["actor"]["mbox"] for one in said if one["verb"]["id"] == ADL + "launched"},
        "started": worked,
        "completed": {key[0] for key, row in rows.items() if row["completion"]},
        "passed": {key[0] for key, row in rows.items() if row["success"]},
    }


def struggling(
    statements: list[Statement], course: str, failures: int, days: int, ratio: float, now: datetime
) -> dict[Any, float]:
    rows = {key: row for key, row in reference.rows(statements).items() if key[1] == course}
    found: dict[Any, float] = {}
    for who in {key[0] for key in rows}:
        own = [row for key, row in rows.items() if key[0] == who]
        failed = sum(row["failures"] or 0 for row in own)
        if failed >= failures and not any(row["success"] for row in own):
            found[who, "failed"] = failed
        worked = [row["last"] for row in own if row["attempts"]]
        if worked and not any(row["success"] or row["completion"] for row in own):
            quiet = (now - datetime.fromisoformat(max(worked).replace("Z", "+00:00"))).total_seconds() / 86_400
            if quiet >= days:
                found[who, "stalled"] = quiet
    for who, many in ratios(answers(statements, course)).items():
        if len(many) >= 3 and statistics.median(many) >= ratio:
            found[who, "slow"] = statistics.median(many)
    return found


def ratios(given: Given) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for by in given.values():
        for who, one in by.items():
            others = [latency(other) for name, other in by.items() if name != who]
            if len(others) >= 5:
                found[who].append(latency(one) / statistics.median(others))
    return found
