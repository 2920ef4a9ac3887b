"""Rights of the people behind the leads: consent, opposition, export, erasure, retention."""
