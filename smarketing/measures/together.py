"""Several figures of one measure, such as a median and nine of ten, of rows that are read once."""

from collections.abc import Sequence
from typing import Any

from . import engine, statement
from .engine import Answer


def several(key: str, stats: Sequence[str], **asked: Any) -> dict[str, Answer]:
    """Figure of a measure -> what `engine.answer` says of it; the keywords of `engine.ask`. There must be at least one."""
    questions = {stat: engine.ask(key, stat=stat, **asked) for stat in stats}
    one = next(iter(questions.values()))
    measure = engine.resolve(one)
    engine.refuse_foreign(measure, one)
    lines = statement.build(measure, one).gathered(one.by, measure.reduce)

    def answer(stat: str) -> Answer:
        return engine.answered(questions[stat], *statement.finished(lines, measure.reduce, stat))

    return {stat: answer(stat) for stat in stats}
