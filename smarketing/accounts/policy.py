"""Who may do what: one literal table, verb -> roles. A view that declares no verb is refused and fails the tests.

Three questions, three places, no fourth:

- May this person do this *at all*? `VERBS` below, asked by `@needs("verb")` on a view, by the `verb` attribute of an
  API view (with `authentication.HasVerb`), or by `may(user, "verb")` inside a template or service.
- May this person see *this object*? The resource's one access function, a QuerySet method `visible_to(user)`:

      class LeadQuerySet(models.QuerySet):
          def visible_to(self, user):
              if user.role == "rep":
                  return self.filter(...own and pool...)
              return self if may(user, "leads.view") else self.none()

  Views fetch through it only: `get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)`, so that a foreign
  object and a missing one answer the same 404.
- May this person do this to this object *now*? The service, which knows the states.

A role is written `role`, or `role:side` where only one side's people may. Managers exist on both sides; a director
(viewer) and an administrator have no side.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.urls import reverse

MARKETER, REP, MANAGER, ADMINISTRATOR, VIEWER = "marketer", "rep", "manager", "administrator", "viewer"
EVERY_ROLE = frozenset({MARKETER, REP, MANAGER, ADMINISTRATOR, VIEWER})
WORKERS = frozenset({MARKETER, REP, MANAGER})
PUBLIC = frozenset({"anyone"})
WRITE_KEY = frozenset({"write key"})

VERBS: dict[str, frozenset[str]] = {
    # no sign-in
    "public": PUBLIC,
    "demo.switch": PUBLIC,  # the view answers 404 unless the installation is a demo
    "demo.clock": PUBLIC,
    # a program with a public write key
    "events.write": WRITE_KEY,
    # everybody's own
    "today.view": EVERY_ROLE,
    "profile.edit": EVERY_ROLE,
    "notices.view": EVERY_ROLE,
    "help.view": EVERY_ROLE,
    "views.save": EVERY_ROLE,
    "exports.fetch": EVERY_ROLE,  # files that they asked for, as long as they may still see those rows
    "search.use": EVERY_ROLE,
    # leads; without leads.personal rows open without personal values
    "leads.view": EVERY_ROLE,
    "leads.personal": EVERY_ROLE - {VIEWER},
    "leads.add": frozenset({MARKETER, MANAGER}),
    "leads.edit": WORKERS,
    "leads.import": frozenset({MARKETER, MANAGER, ADMINISTRATOR}),
    "leads.export": frozenset({MARKETER, MANAGER, ADMINISTRATOR}),
    "leads.merge": frozenset({MARKETER, MANAGER}),
    "companies.edit": frozenset({MARKETER, MANAGER}),
    "accounts.name": frozenset({"manager:sales"}),  # the rep of an account
    "companies.merge": frozenset({MARKETER, MANAGER}),
    "leads.note": WORKERS,
    "leads.praise": WORKERS,
    "leads.disagree": frozenset({REP, MANAGER}),
    "leads.consent": WORKERS | {ADMINISTRATOR},
    "leads.privacy": frozenset({MANAGER, ADMINISTRATOR}),
    "leads.erase": frozenset({ADMINISTRATOR}),
    # handoffs and deals
    "queue.view": frozenset({REP, MANAGER}),
    "handoffs.view": EVERY_ROLE,
    "team.view": frozenset({MANAGER}),
    "results.view": frozenset({REP}),
    "handoffs.work": frozenset({REP, "manager:sales"}),
    "handoffs.make": frozenset({MARKETER, MANAGER}),
    "handoffs.reassign": frozenset({MANAGER}),
    "handoffs.contest": frozenset({MARKETER, "manager:marketing"}),
    "handoffs.rule": frozenset({MANAGER}),
    "absences.say": frozenset({REP, "manager:sales"}),
    "deals.view": EVERY_ROLE,
    "deals.edit": frozenset({REP, "manager:sales"}),
    "deals.reassign": frozenset({"manager:sales"}),
    # common language
    "personas.view": EVERY_ROLE,
    "personas.edit": frozenset({MARKETER, MANAGER}),
    "glossary.view": EVERY_ROLE,
    "glossary.edit": WORKERS,
    "glossary.sign": WORKERS,  # and named signer of their side (agreements.services)
    "definition.view": EVERY_ROLE,
    "definition.edit": frozenset({MARKETER, MANAGER}),
    "definition.comment": WORKERS,
    "definition.sign": WORKERS,  # and named signer of their side (agreements.services)
    "mails.view": WORKERS,
    "mails.edit": frozenset({MARKETER, MANAGER}),
    # contract
    "contract.view": EVERY_ROLE,
    "contract.edit": frozenset({MANAGER}),
    "contract.sign": frozenset({MANAGER}),  # and named signer of their side (agreements.services)
    "contract.waive": frozenset({MANAGER}),  # and the other side consents (sla.waivers)
    "month.close": frozenset({MANAGER}),
    "month.reopen": frozenset({MANAGER}),
    "papers.view": EVERY_ROLE,
    "papers.sign": WORKERS,  # and the kind's own verb, and named signer of their side (agreements.services)
    # closed loop
    "measures.read": EVERY_ROLE,
    "loop.view": EVERY_ROLE,
    "campaigns.view": EVERY_ROLE,
    "campaigns.edit": frozenset({MARKETER, "manager:marketing"}),
    "means.view": frozenset({MARKETER, MANAGER}),  # hours and what they cost
    "means.edit": frozenset({MARKETER, MANAGER}),
    "means.rates": frozenset({MANAGER}),
    "attribution.edit": frozenset({MANAGER}),
    "meetings.view": EVERY_ROLE,
    "meetings.hold": frozenset({MANAGER}),
    "meetings.sign": frozenset({MANAGER}),  # and named signer of their side (agreements.services)
    "meetings.answer": WORKERS,  # what their side believes, once a meeting
    "agenda.add": WORKERS,
    "resolutions.tell": WORKERS,  # and in charge, or a manager (reporting.meetings.resolutions)
    "remarks.say": EVERY_ROLE,
    "remarks.reply": WORKERS,
    # running the house
    "runs.view": frozenset({MARKETER, MANAGER, ADMINISTRATOR}),
    "runs.start": frozenset({MANAGER, ADMINISTRATOR}),
    "settings.view": EVERY_ROLE,
    "settings.company": frozenset({ADMINISTRATOR}),
    "settings.people": frozenset({ADMINISTRATOR}),
    "settings.keys": frozenset({ADMINISTRATOR}),
    "settings.calendars": frozenset({MANAGER, ADMINISTRATOR}),
    "settings.routing": frozenset({MANAGER, ADMINISTRATOR}),
    "settings.reasons": frozenset({MANAGER, ADMINISTRATOR}),
    "settings.attributes": frozenset({MANAGER, ADMINISTRATOR}),
    "settings.health": frozenset({ADMINISTRATOR}),
    "settings.suppression": frozenset({MARKETER, MANAGER, ADMINISTRATOR}),
    "settings.retention": frozenset({ADMINISTRATOR}),
    "settings.mails": frozenset({ADMINISTRATOR}),
    "audit.view": frozenset({MANAGER, ADMINISTRATOR}),
    "metrics.scrape": frozenset({ADMINISTRATOR}),
}
# What a token of kind "api" may be given; everything else needs a person.
SCOPES = (
    "measures.read",
    "leads.view",
    "leads.personal",
    "handoffs.view",
    "deals.view",
    "campaigns.view",
    "personas.view",
    "glossary.view",
    "definition.view",
    "meetings.view",
    "metrics.scrape",
)


def roles_of(user) -> frozenset[str]:
    """Names under which `user` stands in the table; nothing for somebody not signed in or switched off."""
    if not (user is not None and user.is_authenticated and user.is_active):
        return frozenset()
    return frozenset({user.role, f"{user.role}:{user.side}"})


def may(user, verb: str) -> bool:
    """Whether `user` may do `verb`. KeyError for a verb that the table does not hold."""
    roles = VERBS[verb]
    return roles is PUBLIC or not roles.isdisjoint(roles_of(user))


def declared_verb(view: Callable, method: str = "GET") -> str | None:
    """The verb a view declares for an HTTP method: on the function, its class, or its API class; None if none."""
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        verb = getattr(holder, "verb", None)
        if isinstance(verb, dict):
            verb = verb.get(method) or (verb.get("GET") if method in ("HEAD", "OPTIONS") else None)
        if verb is not None:
            return verb
    return None


def needs(verb: str) -> Callable[[Callable], Callable]:
    """Decorator of a view: declares its verb and refuses whoever may not do it.

    Nobody signed in: to the sign-in page (401 for a program). Signed in without the right: 403. "events.write": a
    write key, left on `request.token`. An API view (`@api_view`) only receives the verb: HasVerb asks the question.
    """
    roles = VERBS[verb]

    def decorate(view: Callable) -> Callable:
        if hasattr(view, "cls"):
            view.cls.verb = view.verb = verb
            return view

        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs):
            refusal = _refusal(request, verb, roles)
            return refusal if refusal is not None else view(request, *args, **kwargs)

        guarded.verb = verb
        return guarded

    return decorate


def _refusal(request: HttpRequest, verb: str, roles: frozenset[str]):
    if roles is WRITE_KEY:
        from .authentication import write_key

        request.token = write_key(request)
        return (
            None
            if request.token or request.method == "OPTIONS"
            else JsonResponse({"code": "unknown_write_key", "message": "This write key is not known."}, status=401)
        )
    if may(request.user, verb):
        return None
    if request.user.is_authenticated:
        raise PermissionDenied(verb)
    return sign_in_answer(request)


def sign_in_answer(request: HttpRequest):
    """Answer to somebody not signed in: the sign-in page, which comes back here; 401 for a program."""
    if request.path.startswith(("/api/", "/v1/")):
        return JsonResponse({"error": "sign in or send a token"}, status=401)
    if request.headers.get("HX-Request"):
        answer = JsonResponse({"error": "signed out"}, status=401)
        answer["HX-Refresh"] = "true"
        return answer
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()}, safe='/')}")
