"""What a field of the catalogue must say about itself so that conditions can be checked and read aloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TEXT, NUMBER, MONEY, DATE, BOOL, CHOICE, PERSON = "text", "number", "money", "date", "bool", "choice", "person"
TYPES = (TEXT, NUMBER, MONEY, DATE, BOOL, CHOICE, PERSON)
SUBJECTS = ("lead", "company")


@dataclass(frozen=True)
class FieldInfo:
    """One field. `key` is "lead.function" or "company.x_size"; labels are lower case, without article.

    `article_fr` is le, la, l' or les; `gender` (m or f) is needed where the article does not tell (l', les).
    `choices` maps a stored value to its (English, French) label; empty means any value. `changeable`: somebody can
    learn or write it; `steady`: once known it stays (a date of birth, an industry), so nobody waits for it to change;
    `advised`: advice may ask for it, as the company says;
    `counted`: it is no value that somebody wrote, but a sum that is counted each night.
    """

    key: str
    type: str
    label_en: str
    label_fr: str
    article_fr: str = ""
    gender: str = ""
    plural: bool = False
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    personal: bool = False
    changeable: bool = True
    steady: bool = False
    advised: bool = True
    counted: bool = False
    retired: bool = False  # read aloud where it stands, offered nowhere
    off: bool = False  # personal data that the company does not want: as if retired, and its values are shown nowhere

    @property
    def offered(self) -> bool:
        return not (self.retired or self.off)

    @property
    def advisable(self) -> bool:
        """Whether "what would make this an MQL" may ask for another value: where it is `steady`, only while it is not known."""
        return self.changeable and self.advised and self.offered

    @property
    def subject(self) -> str:
        return self.key.split(".", 1)[0]

    @property
    def feminine(self) -> bool:
        return self.gender == "f" or (not self.gender and self.article_fr == "la")

    @property
    def many(self) -> bool:
        return self.plural or self.article_fr == "les"


Catalogue = Mapping[str, FieldInfo]
