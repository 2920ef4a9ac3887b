"""What people decide of pairs that the night suggests: that they are two after all, and that taken back. The same for people and
for companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leads.intake import corrections
from leads.models import CompanyPair, MergeSuggestion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from .merge import Refusal

Pair = MergeSuggestion | CompanyPair
State = MergeSuggestion.State


@dataclass(frozen=True)
class Pairs:
    """`model`: the pairs; `subject`: of what, as the audit log says it; `fact`: their rule in `intake.corrections`."""

    model: type[MergeSuggestion] | type[CompanyPair]
    subject: str
    fact: str

    @transaction.atomic
    def dismiss(self, *, pair: Pair, by: User, at: datetime) -> None:
        """They are two: not suggested again."""
        self._say(pair, State.DISMISSED, by, at)
        record(by, f"{self.subject}.twins", self.subject, pair.first_id, at, other=pair.second_id, reasons=pair.reasons)

    @transaction.atomic
    def dismiss_many(self, *, pairs: Sequence[Pair], by: User, at: datetime) -> int:
        """Each of these pairs is two. Returns how many nobody had decided on meanwhile."""
        wanted = self.model.objects.filter(pk__in=[one.pk for one in pairs], state=State.OPEN)
        rows: list[Any] = list(wanted.order_by("pk").select_for_update())
        for one in rows:
            self.dismiss(pair=one, by=by, at=at)
        return len(rows)

    def dismissed(self, *, by: User, when: datetime) -> QuerySet:
        """What `by` dismissed at that instant."""
        return self.model.objects.filter(state=State.DISMISSED, by=by, decided_at=when)

    @transaction.atomic
    def suggest_again(self, *, by: User, when: datetime, at: datetime) -> int:
        """Suggest again what `by` dismissed at `when`. Returns how many."""
        rows: list[Any] = list(self.dismissed(by=by, when=when).order_by("pk").select_for_update())
        for one in rows:
            self._say(one, State.OPEN)
        if rows:
            record(by, f"{self.subject}.twins_again", self.subject, None, at, pairs=len(rows))
        return len(rows)

    @transaction.atomic
    def take_back(self, *, pair: Pair, by: User, at: datetime, reason: str) -> None:
        """They may be one after all: suggested again. Refusal for who may not by `intake.corrections`."""
        one = self.model.objects.select_for_update().get(pk=pair.pk)
        if one.state != State.DISMISSED:
            raise Refusal(_("This was taken back before."))
        if found := corrections.hindrance(self.fact, one, by=by, at=at, reason=reason):
            raise Refusal(found.said, found.field)
        self._say(one, State.OPEN)
        said = {"other": one.second_id, "reason": reason[:200]}
        record(by, f"{self.subject}.twins_back", self.subject, one.first_id, at, **said)

    def _say(self, pair: Pair, state: str, by: User | None = None, at: datetime | None = None) -> None:
        pair.state, pair.by, pair.decided_at = state, by, at
        pair.save(update_fields=["state", "by", "decided_at"])
