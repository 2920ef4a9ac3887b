"""Why something about a person's rights was not done."""


class Refusal(ValueError):
    """A sentence for the screen, translated; `field` names the field of the form, "" for none."""

    def __init__(self, said: str, field: str = ""):
        super().__init__(said)
        self.field = field
