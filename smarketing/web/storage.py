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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str | None, bool], str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file; those of the manifest never change while it is read, and every page asks for a dozen."""
        if not self.hashed_files:
            return super().url(name, force)
        if (name, force) not in self._addresses:
            self._addresses[name, force] = super().url(name, force)
        return self._addresses[name, force]

    def save_manifest(self) -> None:
        super().save_manifest()
        self._addresses.clear()

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
