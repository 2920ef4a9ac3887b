"""French catalogues: one per app, extracted, merged, checked and compiled with Babel (no gettext tools needed)."""
