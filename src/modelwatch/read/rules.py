"""The rules by which the models of a project are judged, as they hold now, and how often each fired of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelwatch.catalog import Catalog
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import DAY, SECOND
from modelwatch.domain.measurement import Status
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.quantity import stretch
from modelwatch.domain.rule import Rule
from modelwatch.show.rules import columns_told, condition, level, pages, rows_told
from modelwatch.spec import parse_kept
from modelwatch.store import glance, models, monitors
from modelwatch.store.metadata import Transaction

FIRED_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule in words.

    `models` are those that have it, `fired` in how many incidents that opened in the last 30 days it fired. `capped`
    says that it stays a warning though it has a critical level; `metric` is None where a plugin is gone.
    """

    name: str
    metric: Metric | None
    columns: str
    rows: str
    condition: str
    warning: str
    critical: str
    capped: bool
    pages: bool
    spans: Sequence[int]
    window: str
    held: str
    least: int
    origin: str
    models: Sequence[ModelKey]
    fired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The rules of one model, or those of all models with those that are alike told once."""

    lines: Sequence[RuleLine]
    models: Sequence[ModelKey]


def rule_book(tx: Transaction, catalog: Catalog, project: str, now: int, *, model: ModelKey | None = None) -> RuleBook:
    """The rules of a project's models, or of one.

    Raises
    ------
    UnknownName
        If the model is not there or has no specification yet.
    """
    mine = {number: key for key, number in models.known(tx).items() if key.project == project}
    texts = {number: text for number, text in monitors.texts(tx).items() if number in mine}
    if model is not None and models.find(tx, model) not in texts:
        raise UnknownName(f"model {model.model!r} has no specification yet: it has no rules before one is applied")
    fired = glance.rules_fired(tx, project, now - FIRED_DAYS * DAY)
    alike: dict[tuple[Rule, int], list[tuple[ModelKey, int]]] = {}
    for number, text in texts.items():
        if model in (None, mine[number]):
            monitor = parse_kept(text, catalog=catalog, project=project)
            for rule in monitor.rules:
                of = alike.setdefault((rule, monitor.calendar.size), [])
                of.append((monitor.key, fired.get((number, rule.id), 0)))
    lines = [
        _line(catalog, rule, size, [key for key, _ in of], sum(count for _, count in of))
        for (rule, size), of in alike.items()
    ]
    return RuleBook(lines=lines, models=sorted(mine[number] for number in texts))


def _line(catalog: Catalog, rule: Rule, size: int, having: Sequence[ModelKey], fired: int) -> RuleLine:
    metric = catalog.metrics.get(rule.metric) if rule.metric in catalog.metrics else None
    held = f"{rule.windows} windows" if rule.windows else ""
    return RuleLine(
        name=rule.metric if metric is None else metric.title,
        metric=metric,
        columns=columns_told(rule),
        rows=rows_told(rule),
        condition=condition(rule, metric),
        warning=level(rule.warning, rule, metric),
        critical=level(rule.critical, rule, metric),
        capped=rule.critical is not None and rule.cap is not Status.CRITICAL,
        pages=pages(rule),
        spans=rule.spans or (),
        window=stretch(size / SECOND),
        held=held if rule.duration is None else stretch(rule.duration / SECOND),
        least=rule.least,
        origin=rule.origin,
        models=having,
        fired=fired,
    )
