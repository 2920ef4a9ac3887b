"""Mails that reps send by hand: templates for a persona, in both languages, filled in with what is known of a lead."""
