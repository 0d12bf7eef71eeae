"""Item analysis: how hard a question is, how well it tells good learners from weak ones, what was answered, how fast.

docs/metrics.md, "Item analysis", defines each measure; this is the definition executed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from analytics.attempts import Row

EXTREME = 0.27
LEARNERS_LEAST = 10
RESPONSES_MOST = 50
QUANTILES = (0.25, 0.5, 0.75, 0.9)
UNORDERED = ("choice",)


class Answer(NamedTuple):
    """`score`: 1 right, 0 wrong, between them in part; None: not judged."""

    at: int
    n: int
    score: float | None
    response: str | None
    latency_s: float | None


class Question(NamedTuple):
    activity: str
    name: str | None
    kind: str | None
    answers: dict[str, Answer]
    """One for each learner, by their key."""
    given: int
    """All answers, those that do not count included."""


class Share(NamedTuple):
    """A learner's judged answers: the sum of their scores, and how many there are."""

    total: float
    judged: int


def questions(rows: Iterable[Row], learner: str, which: str = "first") -> list[Question]:
    """`learner`: the member that names them. `which` of a learner's answers to a question counts: the first or the last."""
    counted: dict[str, dict[str, Answer]] = defaultdict(dict)
    given: dict[str, int] = defaultdict(int)
    named: dict[str, tuple[str | None, str | None]] = {}
    for row in rows:
        activity, known = row["activity"], counted[row["activity"]]
        given[activity] += 1
        name, kind = named.get(activity, (None, None))
        named[activity] = (row.get("activity_name") or name, row.get("interaction_type") or kind)
        made = _answer(row)
        other = known.get(row[learner])
        if other is None or (made[:2] < other[:2] if which == "first" else made[:2] > other[:2]):
            known[row[learner]] = made
    return [Question(one, *named[one], counted[one], given[one]) for one in sorted(counted)]


def _answer(row: Row) -> Answer:
    return Answer(row["timestamp"], row["n"], _score(row), _response(row), row.get("duration_s"))


def _score(row: Row) -> float | None:
    if (success := row.get("success")) is not None:
        return float(success)
    scaled = row.get("score_scaled")
    return None if scaled is None else min(max(float(scaled), 0.0), 1.0)


def _response(row: Row) -> str | None:
    """What was chosen; where the order of choosing says nothing, in one order."""
    response = row.get("response")
    if response is not None and row.get("interaction_type") in UNORDERED:
        return "[,]".join(sorted(str(response).split("[,]")))
    return response


def shares(asked: Sequence[Question]) -> dict[str, Share]:
    found: dict[str, Share] = defaultdict(lambda: Share(0.0, 0))
    for question in asked:
        for learner, answer in question.answers.items():
            if answer.score is not None:
                total, judged = found[learner]
                found[learner] = Share(total + answer.score, judged + 1)
    return dict(found)


def item_rows(asked: Sequence[Question]) -> list[Row]:
    known = shares(asked)
    return [_item(question, known) for question in asked]


def _item(question: Question, known: Mapping[str, Share]) -> Row:
    judged = {learner: one.score for learner, one in question.answers.items() if one.score is not None}
    times = sorted(one.latency_s for one in question.answers.values() if one.latency_s is not None)
    return {
        "activity": question.activity,
        "activity_name": question.name,
        "interaction_type": question.kind,
        "learners": len(question.answers),
        "answers": question.given,
        "judged": len(judged),
        "difficulty": _mean(list(judged.values())),
        "discrimination": discrimination(judged, known),
        "point_biserial": point_biserial(judged, known),
        "timed": len(times),
        **{f"latency_s_p{round(one * 100)}": quantile(times, one) for one in QUANTILES},
    }


def discrimination(judged: Mapping[str, float], known: Mapping[str, Share]) -> float | None:
    """The mean score of the best 27 % less that of the weakest; who ties at the edge is in."""
    if len(judged) < LEARNERS_LEAST:
        return None
    totals = {learner: known[learner].total / known[learner].judged for learner in judged}
    ranked = sorted(totals.values())
    size = max(int(EXTREME * len(ranked) + 0.5), 1)
    low, high = ranked[size - 1], ranked[-size]
    if low >= high:
        return None
    upper = [score for learner, score in judged.items() if totals[learner] >= high]
    lower = [score for learner, score in judged.items() if totals[learner] <= low]
    return sum(upper) / len(upper) - sum(lower) / len(lower)


def point_biserial(judged: Mapping[str, float], known: Mapping[str, Share]) -> float | None:
    """The correlation of the score with the mean score of the learner's other questions."""
    pairs = [(score, rest) for learner, score in judged.items() if (rest := _rest(known[learner], score)) is not None]
    if len(pairs) < LEARNERS_LEAST:
        return None
    mean_x, mean_y = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    across = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    spread = sum((x - mean_x) ** 2 for x, _ in pairs) * sum((y - mean_y) ** 2 for _, y in pairs)
    return across / float(spread**0.5) if spread > 1e-18 else None


def _rest(share: Share, score: float | None) -> float | None:
    """A learner's mean score without this answer."""
    total, judged = share if score is None else Share(share.total - score, share.judged - 1)
    return total / judged if judged > 0 else None


def distractor_rows(asked: Sequence[Question]) -> list[Row]:
    """Every answer that was given to each question, the commonest first; beyond fifty they are put together."""
    known = shares(asked)
    return [row for question in asked for row in _distractors(question, known)]


def _distractors(question: Question, known: Mapping[str, Share]) -> list[Row]:
    chosen: dict[str | None, list[str]] = defaultdict(list)
    for learner, answer in question.answers.items():
        chosen[answer.response].append(learner)
    silent = chosen.pop(None, [])
    ranked = sorted(chosen.items(), key=lambda one: (-len(one[1]), str(one[0])))
    rest = [learner for _, learners in ranked[RESPONSES_MOST:] for learner in learners]
    groups = [("response", response, learners) for response, learners in ranked[:RESPONSES_MOST]]
    groups += [(kind, None, learners) for kind, learners in (("others", rest), ("none", silent)) if learners]
    return [_distractor(question, rank, *group, known) for rank, group in enumerate(groups, 1)]


def _distractor(
    question: Question, rank: int, kind: str, response: str | None, learners: list[str], known: Mapping[str, Share]
) -> Row:
    scores = {learner: question.answers[learner].score for learner in learners}
    judged = [score for score in scores.values() if score is not None]
    rests = [_rest(known[learner], score) for learner, score in scores.items() if learner in known]
    return {
        "activity": question.activity,
        "activity_name": question.name,
        "rank": rank,
        "kind": kind,
        "response": response,
        "learners": len(learners),
        "share": len(learners) / len(question.answers),
        "correct": judged[0] == 1 if judged and len(set(judged)) == 1 and judged[0] in (0, 1) else None,
        "difficulty": _mean(judged),
        "rest_avg": _mean([one for one in rests if one is not None]),
    }


def quantile(ordered: Sequence[float], fraction: float) -> float | None:
    """Between the two nearest values, in proportion."""
    if not ordered:
        return None
    place = fraction * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _mean(numbers: Sequence[Any]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
