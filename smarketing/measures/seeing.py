"""Whose figures a person may see: a rep those of the team and their own, not those of another rep."""

from .question import Question, Refusal
from .registry import Measure

REP = "rep"


def refuse_foreign(measure: Measure, question: Question) -> None:
    """A rep may not ask for the figures of another rep. Refusal "not_yours"."""
    if getattr(question.user, "role", "") != REP or not question.where:
        return
    offered = measure.dimensions(question)
    for name, values in question.where.items():
        own = offered[name].own if name in offered else None
        if own and set(values) != {own(question.user)}:
            raise Refusal("not_yours", "These are the figures of another person.")


def may_see(measure: Measure, question: Question, values: tuple[str, ...]) -> bool:
    """A rep sees the figures of the team and their own, not those of another rep."""
    if getattr(question.user, "role", "") != REP or not question.by:
        return True
    offered = measure.dimensions(question)
    own = {name: offered[name].own for name in question.by if name in offered and offered[name].own}
    return all(
        value == own[name](question.user) for name, value in zip(question.by, values, strict=True) if name in own
    )
