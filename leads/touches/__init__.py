"""Touches: which campaign touched whom and when, kept narrow beside the facts that say so."""
