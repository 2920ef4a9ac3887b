"""Pages of mails."""

from django.urls import path

from . import views

app_name = "notify"
urlpatterns = [
    path("settings/mails/", views.mails_sent, name="mails"),
    path("settings/mails/test/", views.test_mail, name="test"),
    path("settings/mails/<int:pk>/", views.mail, name="mail"),
    path("settings/mails/<int:pk>/page/", views.mail_page, name="mail_page"),
    path("settings/mails/<int:pk>/again/", views.again, name="again"),
]
