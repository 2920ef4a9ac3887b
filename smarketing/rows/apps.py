import gc

from django.apps import AppConfig

LOOK_AFTER = (
    50_000  # objects more than before, after which circles of garbage are looked for; Python's own number is 700
)


class RowsConfig(AppConfig):
    name = "smarketing.rows"
    label = "rows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Rows come by the ten thousand and hold no circles: looking for some among them costs an import a third of its
        time, and a page its worst hundredth. What is loaded by now stays, and is looked at no more."""
        gc.freeze()
        gc.set_threshold(LOOK_AFTER, 20, 20)
