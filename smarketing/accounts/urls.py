"""Pages of people and their settings."""

from django.urls import path

from . import settings_views, views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/language/", views.language, name="language"),
    path("profile/theme/", views.theme, name="theme"),
    path("demo/person/", views.demo_switch, name="demo_switch"),
    path("settings/", settings_views.settings, name="settings"),
    path("settings/company/", settings_views.company, name="company"),
    path("settings/people/", settings_views.people_list, name="people"),
    path("settings/people/add/", settings_views.person_add, name="person_add"),
    path("settings/people/<int:pk>/", settings_views.person_edit, name="person"),
    path("settings/people/<int:pk>/password/", settings_views.person_password, name="person_password"),
    path("settings/teams/", settings_views.teams, name="teams"),
    path("settings/teams/<int:pk>/", settings_views.teams, name="team"),
    path("settings/keys/", settings_views.keys, name="keys"),
    path("settings/keys/<int:pk>/revoke/", settings_views.key_revoke, name="key_revoke"),
    path("settings/audit/", settings_views.audit, name="audit"),
]
