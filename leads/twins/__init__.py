"""Leads that may be one person: suggested with reasons, merged and taken apart again, with what becomes of them said before."""
