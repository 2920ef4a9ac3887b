"""What a search of leads found: their rows, and the quickest way to sort them where they are very many."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

if TYPE_CHECKING:
    from .querysets import LeadQuerySet

WORDS_KNOW = ("plain_name", "created_at")  # what leads are sorted by that stands beside their words, too


@dataclass(frozen=True)
class Found:
    """Leads that are asked for. Where they may be many: `gathered`, the same rows in a shape in which all are read and sorted;
    `in_order`: look first at those that come first in an order, few or many of which may be among them; `some` of them are
    quick to count. `by_words`: the words of the same leads, read sooner than they are; only where nothing but the search is
    asked of leads, so that there are some."""

    rows: "LeadQuerySet"
    some: "LeadQuerySet | None" = None
    gathered: "LeadQuerySet | None" = None
    in_order: bool = False
    by_words: QuerySet | None = None

    @property
    def is_empty(self) -> bool:
        return self.by_words is None and not self.rows.exists()

    def sorted_by(self, sort: str) -> QuerySet:
        """Keys of what is found with what an order by this value needs, and nothing of what a page shows."""
        if self.by_words is not None and sort in WORDS_KNOW:
            return self.by_words.annotate(plain_name=F("name")).values("pk")
        rows = self.rows if self.gathered is None else self.gathered
        return rows.by_name().by_stage().values("pk")
