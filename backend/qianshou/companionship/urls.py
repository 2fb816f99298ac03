"""Addresses of matching and pairings."""

from __future__ import annotations

from django.urls import path

from .pages import pairings, proposals, runs

app_name = "companionship"

urlpatterns = [
    path("matching/", runs.RunsPage.as_view(), name="runs"),
    path("matching/new/", runs.NewRunPage.as_view(), name="run_create"),
    path("matching/new/count/", runs.CountPage.as_view(), name="run_count"),
    path("matching/rules/", proposals.RulesPage.as_view(), name="rules"),
    path("matching/rules/<slug:code>/lift/", proposals.LiftRulePage.as_view(), name="rule_lift"),
    path("matching/proposals/<slug:code>/accept/", proposals.AcceptPage.as_view(), name="proposal_accept"),
    path("matching/proposals/<slug:code>/keep/", proposals.KeepTogetherPage.as_view(), name="proposal_keep"),
    path("matching/proposals/<slug:code>/decline/", proposals.DeclinePage.as_view(), name="proposal_decline"),
    path("matching/proposals/<slug:code>/never/", proposals.NeverTogetherPage.as_view(), name="proposal_never"),
    path("matching/<slug:code>/", runs.RunPage.as_view(), name="run"),
    path("matching/<slug:code>/progress/", runs.RunProgressPage.as_view(), name="run_progress"),
    path("matching/<slug:code>/again/", runs.SolveAgainPage.as_view(), name="run_again"),
    path("matching/<slug:code>/accept/", runs.AcceptSelectedPage.as_view(), name="run_accept"),
    path("matching/<slug:code>/changes/", runs.ComparePage.as_view(), name="run_compare"),
    path("pairings/", pairings.PairingsPage.as_view(), name="pairings"),
    path("pairings/<slug:code>/", pairings.PairingPage.as_view(), name="pairing"),
    path("pairings/<slug:code>/withdraw/", pairings.WithdrawPage.as_view(), name="pairing_withdraw"),
]
