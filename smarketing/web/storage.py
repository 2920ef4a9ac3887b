"""Static files under names that carry their hash, in our JavaScript modules too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Hashed(CompressedManifestStaticFilesStorage):
    """Before `collectstatic` has run (tests, development) the plain name is served instead of failing."""

    support_js_module_import_aggregation = True
    # Only in our own modules: comments in other people's files name files that do not exist.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
