"""Addresses of volunteering, mounted at the root."""

from django.urls import path

from shanzhi.volunteering.views import desk, imports, joining, leading, mine, moves, public, words

app_name = "volunteering"
TEAM = "teams/<uuid:team_id>/"
DESK = "desk/volunteering/"
IMPORT = f"{DESK}imports/<uuid:import_id>/"

urlpatterns = [
    path("account/volunteering/", mine.mine, name="mine"),
    path("account/volunteering/register/", mine.register, name="register"),
    path("account/volunteering/edit/", mine.edit, name="edit"),
    path("account/volunteering/step/", mine.step, name="step"),
    path("account/volunteering/leave/", mine.leave, name="leave"),
    path("teams/", public.teams, name="teams"),
    path("teams/new/", joining.found, name="found"),
    path("teams/by-code/<str:joining_code>/", joining.by_code, name="by_code"),
    path("teams/of-my-organisations/", moves.unit_teams, name="unit_teams"),
    path("teams/moves/<uuid:move_id>/", moves.move, name="move"),
    path(TEAM, public.team, name="team"),
    path(f"{TEAM}move/", moves.move_new, name="move_new"),
    path(f"{TEAM}join/", joining.join, name="join"),
    path(f"{TEAM}sign/", joining.sign, name="sign"),
    path(f"{TEAM}leave/", joining.leave, name="leave_team"),
    path(f"{TEAM}desk/", leading.desk, name="team_desk"),
    path(f"{TEAM}edit/", leading.edit, name="team_edit"),
    path(f"{TEAM}agreement/", leading.agreement, name="agreement"),
    path(f"{TEAM}code/", leading.code, name="code"),
    path(f"{TEAM}decide/", leading.decide, name="decide"),
    path(f"{TEAM}dissolve/", leading.dissolve, name="dissolve"),
    path("teams/members/<uuid:place_id>/request/", leading.request, name="request"),
    path("teams/members/<uuid:place_id>/part/", leading.part, name="part"),
    path("teams/members/<uuid:place_id>/end/", leading.end, name="end_place"),
    path(DESK, desk.volunteers, name="volunteers"),
    path(f"{DESK}teams/", desk.teams, name="desk_teams"),
    path(f"{DESK}moves/", moves.moves, name="moves"),
    path(f"{DESK}imports/", imports.imports, name="imports"),
    path(f"{DESK}imports/new/", imports.import_new, name="import_new"),
    path(IMPORT, imports.one_import, name="import"),
    path(f"{IMPORT}columns/", imports.import_columns, name="import_columns"),
    path(f"{IMPORT}take/", imports.import_take, name="import_take"),
    path(f"{IMPORT}forget/", imports.import_forget, name="import_forget"),
    path(f"{IMPORT}undo/", imports.import_undo, name="import_undo"),
    path(f"{IMPORT}rows/<int:row_id>/", imports.import_row, name="import_row"),
    path(f"{DESK}qualifications/<uuid:qualification_id>/revoke/", desk.revoke, name="revoke"),
    path(f"{DESK}words/<slug:vocabulary>/", words.words, name="words"),
    path(f"{DESK}words/<slug:vocabulary>/new/", words.new, name="word_new"),
    path(f"{DESK}words/<slug:vocabulary>/examples/", words.examples, name="examples"),
    path(f"{DESK}words/<slug:vocabulary>/<uuid:word_id>/", words.edit, name="word"),
    path(f"{DESK}<uuid:volunteer_id>/", desk.volunteer, name="volunteer"),
    path(f"{DESK}<uuid:volunteer_id>/unmask/", desk.unmask, name="unmask"),
    path(f"{DESK}<uuid:volunteer_id>/qualifications/new/", desk.qualify, name="qualify"),
]
