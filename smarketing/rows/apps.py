from django.apps import AppConfig


class RowsConfig(AppConfig):
    name = "smarketing.rows"
    label = "rows"
    default_auto_field = "django.db.models.BigAutoField"
