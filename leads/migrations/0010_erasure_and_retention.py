"""Retention rules and proposals; the owner's function that erases a person (docs/architecture.md lists every such one).

It removes what the application's role may not touch: values, payloads, words and keys in facts and acts. What was done
stays, without a person. `people`: leads merged into one; `sold`: their deals; `owned`: browsers whose events before they
were known are theirs; `browsers`: those that are nobody else; `firms`: companies that hold nobody else; `words`: what
finds them in other people's notes.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ERASE = """
CREATE FUNCTION leads_erase_person(people bigint[], sold bigint[], owned bigint[], browsers bigint[], firms bigint[],
  words text[], tomb text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  seen bigint[]; said bigint[]; word text;
BEGIN
  PERFORM set_config('smarketing.erasing', 'on', true);
  seen := array(SELECT id FROM leads_event WHERE lead_id = ANY(people)
    UNION ALL SELECT id FROM leads_event WHERE lead_id IS NULL AND visitor_id = ANY(owned));
  DELETE FROM leads_eventdetail WHERE event_id = ANY(seen);
  DELETE FROM leads_eventpayload WHERE event_id = ANY(seen);
  UPDATE leads_event SET lead_id = NULL, visitor_id = NULL, name = '', page = '', form = '' WHERE id = ANY(seen);

  said := array(SELECT id FROM leads_attributechange WHERE subject = 'lead' AND subject_id = ANY(people)
    UNION ALL SELECT id FROM leads_attributechange WHERE subject = 'deal' AND subject_id = ANY(sold)
    UNION ALL SELECT id FROM leads_attributechange WHERE subject = 'company' AND subject_id = ANY(firms));
  UPDATE leads_correction SET reason = '' WHERE reason <> '' AND (
    (subject = 'attributechange' AND subject_id = ANY(said)) OR (subject = 'event' AND subject_id = ANY(seen))
    OR (subject = 'attempt' AND subject_id IN (SELECT id FROM leads_attempt WHERE lead_id = ANY(people)))
    OR (subject = 'consent' AND subject_id IN (SELECT id FROM leads_consent WHERE lead_id = ANY(people)))
    OR (subject = 'note' AND subject_id IN (SELECT id FROM leads_note WHERE lead_id = ANY(people)))
    OR (subject = 'deal' AND subject_id = ANY(sold))
    OR (subject = 'handoff' AND subject_id IN (SELECT id FROM leads_handoff WHERE lead_id = ANY(people)))
    OR (subject = 'merge' AND subject_id IN (SELECT id FROM leads_merge WHERE loser_id = ANY(people) OR root_id = ANY(people)))
    OR (subject = 'decision' AND subject_id IN (
      SELECT d.id FROM leads_decision d JOIN leads_handoff h ON h.id = d.handoff_id WHERE h.lead_id = ANY(people)))
    OR (subject = 'suppression' AND subject_id IN (SELECT id FROM leads_suppression WHERE lead_id = ANY(people))));
  DELETE FROM leads_attributechange WHERE id = ANY(said) AND (
    (subject = 'lead' AND field NOT IN ('source', 'country', 'company', 'campaign', 'opted_out'))
    OR (subject = 'deal' AND (field = 'title' OR starts_with(field, 'x_')))
    OR (subject = 'company' AND starts_with(field, 'x_')));

  DELETE FROM leads_attemptnote WHERE attempt_id IN (SELECT id FROM leads_attempt WHERE lead_id = ANY(people));
  DELETE FROM leads_notetext WHERE note_id IN (SELECT id FROM leads_note WHERE lead_id = ANY(people));
  DELETE FROM leads_consentproof WHERE consent_id IN (SELECT id FROM leads_consent WHERE lead_id = ANY(people));
  UPDATE leads_assignment SET reason = '' WHERE reason <> ''
    AND handoff_id IN (SELECT id FROM leads_handoff WHERE lead_id = ANY(people));
  UPDATE leads_suppression SET lead_id = NULL WHERE lead_id = ANY(people);
  UPDATE leads_leadkey SET key = 'erased ' || tomb || ' ' || id WHERE lead_id = ANY(people);
  UPDATE leads_visitor SET key = 'erased ' || tomb || ' ' || id WHERE id = ANY(browsers);
  FOREACH word IN ARRAY words LOOP
    UPDATE leads_attemptnote SET text = leads_without(text, word) WHERE strpos(lower(text), lower(word)) > 0;
    UPDATE leads_notetext SET text = leads_without(text, word) WHERE strpos(lower(text), lower(word)) > 0;
    UPDATE leads_consentproof SET text = leads_without(text, word), source = leads_without(source, word)
      WHERE strpos(lower(text || ' ' || source), lower(word)) > 0;
    UPDATE accounts_auditentry SET detail = '{}' WHERE strpos(lower(detail::text), lower(word)) > 0;
  END LOOP;
  PERFORM set_config('smarketing.erasing', 'off', true);
END $$;
"""
# A text with every occurrence of a word, in whatever case, replaced.
WITHOUT = """
CREATE FUNCTION leads_without(said text, word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(said, regexp_replace(word, '([][\\\\.*+?^${}()|])', '\\\\\\1', 'g'), '[…]', 'gi')
$$;
"""
UNERASE = """
DROP FUNCTION leads_erase_person(bigint[], bigint[], bigint[], bigint[], bigint[], text[], text);
DROP FUNCTION leads_without(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sign_in"),
        ("leads", "0009_consent_and_suppression"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("prospect", "prospects"), ("customer", "customers")], max_length=10, unique=True
                    ),
                ),
                ("months", models.IntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ErasureProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(choices=[("prospect", "prospects"), ("customer", "customers")], max_length=10),
                ),
                ("last_contact_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("kept", "kept"), ("erased", "erased")], default="open", max_length=6
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("keep_until", models.DateField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.lead"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("lead",), name="proposed_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(WITHOUT + ERASE, UNERASE),
    ]
