"""Pages of people and their settings."""

from django.urls import path

from . import bulk_people, bulk_settings, entrance, own_views, people_views, settings_views, views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/language/", views.language, name="language"),
    path("profile/theme/", views.theme, name="theme"),
    path("demo/person/", views.demo_switch, name="demo_switch"),
    path("settings/", settings_views.settings, name="settings"),
    path("settings/languages/", settings_views.language_list, name="languages"),
    path("settings/company/", settings_views.company, name="company"),
    path("invitation/<str:secret>/", entrance.invitation, name="invitation"),
    path("profile/sessions/", own_views.session_list, name="sessions"),
    path("profile/sessions/some/end/", bulk_settings.end_sessions, name="sessions_some_end"),
    path("profile/sessions/end/", own_views.sessions_end, name="sessions_end"),
    path("profile/sessions/<int:pk>/end/", own_views.session_end, name="session_end"),
    path("settings/sign-in/", own_views.sign_in, name="sign_in"),
    path("settings/people/<int:pk>/factors/", own_views.factors_remove, name="factors_remove"),
    path("settings/people/", people_views.people_list, name="people"),
    path("settings/people/invite/", people_views.invite, name="invite"),
    path("settings/people/invitations/", people_views.invitation_list, name="invitations"),
    path("settings/people/invitations/again/", bulk_settings.renew, name="invitations_again"),
    path("settings/people/invitations/back/", bulk_settings.withdraw, name="invitations_back"),
    path("settings/people/invitations/<int:pk>/link/", people_views.invitation_renew, name="invitation_renew"),
    path("settings/people/invitations/<int:pk>/revoke/", people_views.invitation_revoke, name="invitation_revoke"),
    path("settings/people/change/", bulk_people.change, name="people_change"),
    path("settings/people/off/", bulk_people.switch_off, name="people_off"),
    path("settings/people/<int:pk>/", people_views.person_edit, name="person"),
    path("settings/people/<int:pk>/leave/", people_views.person_leave, name="person_leave"),
    path("settings/people/<int:pk>/leave/<slug:key>/", people_views.person_hand_on, name="person_hand_on"),
    path("settings/people/<int:pk>/return/", people_views.person_return, name="person_return"),
    path("settings/people/<int:pk>/deputies/", people_views.deputy_name, name="deputy_name"),
    path("settings/people/deputies/<int:pk>/end/", people_views.deputy_end, name="deputy_end"),
    path("settings/people/<int:pk>/reset/", people_views.person_reset, name="person_reset"),
    path("settings/teams/", people_views.teams, name="teams"),
    path("settings/teams/<int:pk>/", people_views.teams, name="team"),
    path("settings/keys/", settings_views.keys, name="keys"),
    path("settings/keys/revoke/", bulk_settings.revoke, name="keys_revoke"),
    path("settings/keys/<int:pk>/revoke/", settings_views.key_revoke, name="key_revoke"),
    path("settings/audit/", settings_views.audit, name="audit"),
]
