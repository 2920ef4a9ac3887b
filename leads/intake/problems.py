"""Why something was not done by hand."""


class ByHandError(ValueError):
    """Why it was not done. `field` names the field of the form, "" for none; `key` is one of the named reasons."""

    def __init__(self, key: str, field: str = ""):
        super().__init__(key)
        self.key, self.field = key, field
