"""Pages of notices and mails."""

from django.urls import path

from . import notice_views, views

app_name = "notify"
urlpatterns = [
    path("notices/", notice_views.centre, name="notices"),
    path("notices/<int:pk>/", notice_views.open_notice, name="open"),
    path("notices/<int:pk>/seen/", notice_views.see, name="see"),
    path("notices/seen/", notice_views.see_all, name="see_all"),
    path("settings/mails/", views.mails_sent, name="mails"),
    path("settings/mails/test/", views.test_mail, name="test"),
    path("settings/mails/<int:pk>/", views.mail, name="mail"),
    path("settings/mails/<int:pk>/page/", views.mail_page, name="mail_page"),
    path("settings/mails/<int:pk>/again/", views.again, name="again"),
]
