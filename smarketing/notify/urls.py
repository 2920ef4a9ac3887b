"""Pages of notices and mails."""

from django.urls import path

from . import views
from .pages import centre, choosing

app_name = "notify"
urlpatterns = [
    path("notices/", centre.centre, name="notices"),
    path("notices/bell/", centre.count, name="bell"),
    path("notices/<int:pk>/", centre.open_notice, name="open"),
    path("notices/<int:pk>/seen/", centre.see, name="see"),
    path("notices/seen/", centre.see_all, name="see_all"),
    path("notices/preferences/", choosing.preferences, name="choices"),
    path("notices/off/<str:token>/", choosing.off, name="off"),
    path("settings/mails/", views.mails_sent, name="mails"),
    path("settings/mails/test/", views.test_mail, name="test"),
    path("settings/mails/again/", views.mails_again, name="mails_again"),
    path("settings/mails/<int:pk>/", views.mail, name="mail"),
    path("settings/mails/<int:pk>/page/", views.mail_page, name="mail_page"),
    path("settings/mails/<int:pk>/again/", views.again, name="again"),
]
