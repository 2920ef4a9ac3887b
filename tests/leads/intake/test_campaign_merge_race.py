"""Merges of campaigns at the same time: of two that would close a circle through others the second is refused."""

import threading
import time

import pytest
from django.db import connection, transaction

from leads.intake import means
from leads.intake.problems import ByHandError
from leads.models import Campaign
from smarketing.rows import clock
from tests.leads.twins.test_merge_race import WAIT, waits
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_merges_of_other_campaigns_wait_so_that_no_circle_closes_through_them():
    by, at = person("Claire", "marketer", "marketing"), clock.now()
    a, b, c, d = (Campaign.objects.create(created_at=at, recorded_at=at, key=key, name=key) for key in "abcd")

    def join(loser, root) -> None:
        means.merge_campaigns(loser=loser, root=root, by=by, at=clock.now())

    join(a, b)
    join(c, d)
    refused, ended, is_done = [], threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            join(b, c)
            is_done.set()
            until = time.monotonic() + WAIT
            while not (ended.is_set() or waits()) and time.monotonic() < until:
                time.sleep(0.01)
        connection.close()

    def follow() -> None:
        assert is_done.wait(WAIT)
        try:
            join(d, a)
        except ByHandError as refusal:
            refused.append(refusal.key)
        ended.set()
        connection.close()

    both = [threading.Thread(target=one) for one in (hold, follow)]
    for one in both:
        one.start()
    for one in both:
        one.join(WAIT)
    assert refused == ["circle"]
    assert set(Campaign.objects.exclude(root_id=None).values_list("pk", "root_id")) == {
        (one.pk, d.pk) for one in (a, b, c)
    }
