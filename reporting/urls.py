"""Pages of the closed loop: today, closed books, the loop itself."""

from django.urls import path, re_path

from .credit import api as credit_api
from .credit import views as credit
from .loop import changed_views, explore_views, funnel_views, persona_api, personas, quality_views
from .loop import views as loop
from .pages import agenda_add, books, bulk_meetings, meeting, meeting_api, meetings, remarks, resolutions, today

app_name = "reporting"
MONTH = r"(?P<month>\d{4}-\d{2})"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("loop/", loop.loop, name="loop"),
    path("loop/funnel/", funnel_views.page, name="funnel"),
    path("loop/explore/", explore_views.page, name="explore"),
    path("loop/explore/values/", explore_views.values, name="explore_values"),
    path("loop/quality/", quality_views.page, name="quality"),
    path("loop/changed/", changed_views.page, name="changed"),
    path("loop/personas/", personas.results, name="personas"),
    path("loop/attribution/", credit.attribution, name="attribution"),
    path("loop/attribution/settings/", credit.versions, name="attribution_settings"),
    path("loop/attribution/deals/<int:pk>/", credit.way, name="journey"),
    path("api/v1/attribution/", credit_api.Attribution.as_view(), name="api_attribution"),
    path("api/v1/personas/coverage/", persona_api.Coverage.as_view(), name="api_coverage"),
    path("meetings/", meetings.index, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting_new"),
    path("meetings/agenda/", agenda_add.add, name="agenda_add"),
    path("meetings/cancel/", bulk_meetings.cancel, name="bulk_cancel"),
    path("meetings/<int:pk>/", meeting.show, name="meeting"),
    path("meetings/<int:pk>/edit/", meetings.edit, name="meeting_edit"),
    path("meetings/<int:pk>/do/", meeting.do, name="meeting_do"),
    path("meetings/<int:pk>/minutes/", meeting.write, name="meeting_minutes"),
    path("meetings/<int:pk>/print/", meeting.printed, name="meeting_print"),
    path("meetings/<int:pk>/calendar/", meeting.calendar, name="meeting_calendar"),
    path("meetings/<int:pk>/answer/", meeting.answer, name="meeting_answer"),
    path("meetings/<int:pk>/resolve/", resolutions.new, name="resolution_new"),
    path("meetings/resolutions/", resolutions.index, name="resolutions"),
    path("meetings/resolutions/tell/", bulk_meetings.tell, name="bulk_tell"),
    path("meetings/resolutions/<int:pk>/", resolutions.show, name="resolution"),
    path("meetings/resolutions/<int:pk>/do/", resolutions.do, name="resolution_do"),
    path("meetings/remarks/", remarks.index, name="remarks"),
    path("meetings/remarks/agenda/", bulk_meetings.on_agenda, name="bulk_agenda"),
    path("meetings/remarks/back/", bulk_meetings.back, name="bulk_remarks_back"),
    path("meetings/remarks/new/", remarks.new, name="remark_new"),
    path("meetings/remarks/<int:pk>/", remarks.show, name="remark"),
    path("meetings/remarks/<int:pk>/back/", remarks.back, name="remark_back"),
    path("api/v1/meetings/", meeting_api.Meetings.as_view(), name="api_meetings"),
    path("api/v1/meetings/<int:pk>/", meeting_api.OneMeeting.as_view(), name="api_meeting"),
    path("api/v1/resolutions/", meeting_api.Resolutions.as_view(), name="api_resolutions"),
    path("api/v1/remarks/", meeting_api.Remarks.as_view(), name="api_remarks"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/$", books.book, name="book"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/close/$", books.close, name="close"),
    re_path(rf"^books/(?P<contract>\d+)/{MONTH}/reopen/$", books.reopen, name="reopen"),
]
