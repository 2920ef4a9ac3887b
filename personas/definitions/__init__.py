"""Definitions: lines, drafts, proposals, immutable versions; persona versions; the catalogue of fields."""
