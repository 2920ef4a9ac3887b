"""What is refused in a meeting, said in words; `field` names the field of a form, "" for the whole."""


class Refused(ValueError):
    def __init__(self, message: object, field: str = ""):
        super().__init__(str(message))
        self.field = field
