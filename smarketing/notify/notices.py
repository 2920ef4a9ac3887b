"""Notices: told in the transaction of their cause, once to each person, and only while they are news.

What happened more than two days ago tells nobody: imports of history, a demo company being made, a long outage. The demo's
clock counts where it is ahead of the real one, the real one where it is behind.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from smarketing.accounts.models import User

from .models import Notice
from .registry import CHANNELS

NEWS = timedelta(days=2)
# `told` has a row for each person and thing; those told already are left alone.
_TELL = """
WITH told(user_id, about, params, at) AS ({told}),
usual(role, portal, mail) AS (SELECT * FROM unnest(%(roles)s::text[], %(portals)s::bool[], %(mails)s::text[])),
wanted AS (
  SELECT DISTINCT ON (u.id, told.about) u.id AS user_id, told.about, told.params, told.at,
    coalesce(c.portal, usual.portal) AS shown, coalesce(c.mail, usual.mail) AS mail
  FROM told JOIN accounts_user u ON u.id = told.user_id AND u.is_active JOIN usual ON usual.role = u.role
  LEFT JOIN notify_noticechoice c ON c.user_id = u.id AND c.kind = %(kind)s
  WHERE told.at > greatest(clock_timestamp(), smarketing_clock()) - %(news)s
    AND NOT EXISTS (SELECT FROM notify_notice n WHERE n.user_id = u.id AND n.kind = %(kind)s AND n.about = told.about)
  ORDER BY u.id, told.about, told.at)
INSERT INTO notify_notice (user_id, kind, about, params, at, told_at, shown, mail)
SELECT user_id, %(kind)s, about, params, at, smarketing_clock(), shown, mail FROM wanted WHERE shown OR mail <> ''
ORDER BY user_id, about ON CONFLICT (user_id, kind, about) DO NOTHING
"""
_GIVEN = """SELECT * FROM unnest(%(users)s::bigint[], %(abouts)s::text[], %(said)s::jsonb[], %(ats)s::timestamptz[])"""


@dataclass(frozen=True)
class Told:
    """One thing for one person; `params` holds ids and figures only."""

    user: int
    about: str
    at: datetime
    params: Mapping[str, Any] = field(default_factory=dict)


def tell(*, kind: str, users: Iterable[int], about: str, at: datetime, by: User | None = None, **params) -> int:
    """Tell people one thing, in the transaction of its cause; whoever did it is not told. Returns how many were told."""
    return tell_all(kind, [Told(user, about, at, params) for user in users if by is None or user != by.pk])


def tell_all(kind: str, told: Iterable[Told]) -> int:
    """Tell each person their own things, in one statement. Returns how many were told."""
    rows = list(told)
    if not rows:
        return 0
    given = {
        "users": [one.user for one in rows],
        "abouts": [one.about for one in rows],
        "said": [json.dumps(one.params) for one in rows],
        "ats": [one.at for one in rows],
    }
    return tell_from(kind, _GIVEN, given)


def tell_from(kind: str, sql: str, params: Mapping[str, Any]) -> int:
    """Tell what a SELECT of (user_id, about, params, at) finds. RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("a notice is told in the transaction of its cause")
    usual = CHANNELS[kind]
    own: dict[str, Any] = {
        "kind": kind, "news": NEWS, "roles": list(usual), "portals": [one.portal for one in usual.values()],
        "mails": [str(one.mail) for one in usual.values()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TELL.format(told=sql), {**params, **own})
        return cursor.rowcount


def is_news(at: datetime, now: datetime) -> bool:
    """Whether it is worth asking: what is older by the clock of the deed is never told."""
    return at > now - NEWS


def see(*, user: User, at: datetime, only: int | None = None) -> int:
    """Mark a person's notices, or one of them, as seen. Done again it changes nothing. Returns how many were marked."""
    mine = Notice.objects.visible_to(user).unseen()
    return (mine if only is None else mine.filter(pk=only)).update(seen_at=at)


def forget(*, before: datetime) -> int:
    """Delete notices told before an instant (ninety days back, by night). Returns how many."""
    return Notice.objects.filter(told_at__lt=before).delete()[0]
