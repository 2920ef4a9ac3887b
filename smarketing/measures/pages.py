from django.http import HttpResponse

from smarketing.accounts.policy import needs


@needs("measures.read")
def rows(request, key):
    return HttpResponse(key)
