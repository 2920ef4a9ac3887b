"""What a search of leads found: their rows, and the quickest way to sort them where they are very many."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

if TYPE_CHECKING:
    from .querysets import LeadQuerySet

WORDS_KNOW = ("plain_name", "created_at")  # what leads are sorted by that stands beside their words, too


@dataclass(frozen=True)
class Found:
    """Leads that a search finds. Where they are many: `gathered`, the same rows all read and sorted; where they are very many
    that is for when few of those that come first in an order are among them (`in_order`: look there first), and `some` of
    them are quick to count. `by_words`: the words of the same leads, read sooner than they are; only where nothing but the
    search is asked of leads, so that there are some."""

    rows: "LeadQuerySet"
    some: "LeadQuerySet | None" = None
    gathered: "LeadQuerySet | None" = None
    in_order: bool = True
    by_words: QuerySet | None = None

    @property
    def is_empty(self) -> bool:
        return self.by_words is None and not self.rows.exists()

    def sorted_by(self, sort: str) -> QuerySet | None:
        """Keys of what is gathered with what an order by this value needs; None where all are read in their order."""
        if self.by_words is not None and sort in WORDS_KNOW:
            return self.by_words.annotate(plain_name=F("name")).values("pk")
        return None if self.gathered is None else self.gathered.by_name().by_stage().values("pk")
