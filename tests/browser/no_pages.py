"""Addresses that the tests of all pages leave out, with why."""

# Addresses that answer no page by GET: acts, files, states that one passes through, machines' addresses.
NO_PAGES = {
    "ledger:beancount",  # a file
    "portal:home",  # leads to the only district
    "portal:desk",  # leads to what is due today
    "ventures:notices",  # a feed, for programs
    "notices:read_all", "notices:email_remove", "notices:wechat", "notices:wechat_back", "notices:wechat_remove",
    "notices:read", "notices:retry",
    "notices:outbox",  # an operator's of a demo
    "ventures:back", "ventures:stop_backing", "ventures:withdraw_comment",
    "ventures:answer_comment",  # the team's; drawn as ventures:comment is
    "ventures:document_pdf", "ventures:take_section",
    "ventures:seat_invite_end",
    "ventures:leave_team",  # a form like ventures:merger_refuse, for who does not lead
    "ventures:findable", "ventures:merger_show", "ventures:merger_consent", "ventures:merger_take_back",
    "ventures:terms", "ventures:document", "ventures:attachment", "ventures:detach", "ventures:desk_draw_roll",
    "ventures:desk_training_turn",
    # a jury's pages need a call with one: tests/browser/test_jury.py
    "ventures:juries", "ventures:jury", "ventures:jury_interests", "ventures:jury_close", "ventures:jury_sheet",
    "ventures:jury_draw", "ventures:jury_pitch", "ventures:jury_due",
    "ventures:jury_result", "ventures:desk_jury", "ventures:desk_jury_draw", "ventures:desk_jury_pitch",
    "ventures:desk_jury_end",
    "activities:step", "activities:keep", "activities:own_calendar", "activities:poster", "activities:area_feed",
    "activities:team_feed", "activities:own_feed",
    "volunteering:step", "volunteering:examples", "volunteering:import_take", "volunteering:import_forget",
    "attendance:gate",  # holds for half a minute; drawn as attendance:here is, walked in tests/journeys
    "attendance:worker", "attendance:sync",
    "service:own_paper", "service:put_under_notice", "service:withdraw_complaint", "service:copy", "service:sheets",
    "service:evidence",
    "timebank:step", "timebank:photo", "timebank:match_decline", "service:go_on",
    "assignments:answer", "assignments:on_call",
    "organizations:link_end", "organizations:hand_in", "organizations:withdraw", "organizations:document",
    "organizations:document_remove", "organizations:certificate_file", "organizations:register_take",
    "organizations:apply_for",  # drawn as organizations:apply is, for who leads an organisation
    "organizations:opinion",  # a form like organizations:decide, of the community's staff
    "voting:review", "voting:cast", "voting:file", "voting:draw_roll",
    "voting:specimen", "voting:booth_sheets", "voting:entry_back",
    "voting:offline_worker", "voting:offline_list", "voting:offline_upload",
    "people:unmask", "people:ward_file", "people:ward_consent",
    "people:own_data_file", "people:own_data_schema", "people:import_sheet",
    "people:consent", "people:open_account",
    "people:welcome", "account_confirm_login_code", "mfa_login_webauthn", "mfa_authenticate", "account_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    "people:end_session", "people:end_others", "people:stop_own_recovery", "people:invited",
    "people:end_sessions", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_index",
    "funding:receipt", "funding:photo", "funding:agreement",  # files
    "funding:ask_payment", "funding:disclose_fund", "funding:disclose_grant",
    # parts of pages, fetched while one types
    "people:areas", "ventures:communities", "ventures:desk_areas",
    "audit:checkpoint", "audit:note",
    "projects:photo", "projects:ceremony_pdf", "projects:announce", "projects:remove_photo", "projects:finish_step",
    "projects:confirm", "projects:file",
    # forms of few lines, drawn as others are: walked in tests/projects/test_pages.py
    "projects:object", "projects:appeal", "projects:withdraw", "projects:rule",
    # the living page of pieces has tests of its own
    "places:empty-figures", "places:empty-stations",
    "places:outline", "ui:preferences", "ui:pieces", "set_language", "health", "ready", "metrics",
}  # fmt: skip
