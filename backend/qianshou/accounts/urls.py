"""Addresses of accounts."""

from django.urls import path

from .pages import own, people

app_name = "accounts"

urlpatterns = [
    path("me/", own.MePage.as_view(), name="me"),
    path("me/preferences/", own.preferences, name="preferences"),
    path("me/sign-out-everywhere/", own.sign_out_everywhere, name="sign_out_everywhere"),
    path("me/tokens/", own.TokensPage.as_view(), name="tokens"),
    path("me/tokens/<str:code>/revoke/", own.revoke_token, name="revoke_token"),
    path("members/", people.PeopleList.as_view(), name="members"),
    path("members/new/", people.PersonCreate.as_view(), name="member_create"),
    path("members/<str:code>/", people.PersonDetail.as_view(), name="member"),
    path("members/<str:code>/change/", people.PersonChange.as_view(), name="member_change"),
    path("members/<str:code>/roles/new/", people.MembershipGrant.as_view(), name="membership_grant"),
    path("members/<str:code>/roles/<int:pk>/end/", people.MembershipEnd.as_view(), name="membership_end"),
    path("members/<str:code>/close/", people.PersonDisable.as_view(), name="member_disable"),
    path("members/<str:code>/open/", people.PersonEnable.as_view(), name="member_enable"),
    path("members/<str:code>/sign-out/", people.PersonSignOut.as_view(), name="member_sign_out"),
    path("members/<str:code>/password-link/", people.PasswordLink.as_view(), name="member_password_link"),
]
