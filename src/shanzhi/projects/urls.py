"""The addresses of projects: for everybody, for teams, for the desk."""

from django.urls import path

from shanzhi.projects.views import deciding, desk, granting, public, team

app_name = "projects"

urlpatterns = [
    path("projects/", public.projects, name="projects"),
    path("projects/<uuid:project_id>/", public.project, name="project"),
    path("projects/<uuid:project_id>/object/", public.object_to, name="object"),
    path("projects/<uuid:project_id>/appeal/", public.appeal, name="appeal"),
    path("projects/<uuid:project_id>/activities/new/", team.plan, name="plan"),
    path("projects/<uuid:project_id>/midterm/", team.midterm, name="midterm"),
    path("projects/<uuid:project_id>/completion/", team.completion, name="completion"),
    path("projects/<uuid:project_id>/file/", team.file, name="file"),
    path("projects/objections/<uuid:objection_id>/withdraw/", public.withdraw, name="withdraw"),
    path("projects/steps/<uuid:step_id>/done/", team.finish_step, name="finish_step"),
    path("projects/activities/<uuid:activity_id>/", public.activity, name="activity"),
    path("projects/activities/<uuid:activity_id>/edit/", team.change_activity, name="change_activity"),
    path("projects/activities/<uuid:activity_id>/announce/", team.announce, name="announce"),
    path("projects/activities/<uuid:activity_id>/report/", team.report_activity, name="report_activity"),
    path("projects/activities/<uuid:activity_id>/cancel/", team.cancel_activity, name="cancel_activity"),
    path("projects/activities/<uuid:activity_id>/photos/<uuid:photo_id>/", public.photo, name="photo"),
    path(
        "projects/activities/<uuid:activity_id>/photos/<uuid:photo_id>/remove/", team.remove_photo, name="remove_photo"
    ),
    path("projects/feedback/<str:token>/", public.feedback, name="feedback"),
    path("account/projects/", team.mine, name="mine"),
    path("graduations/", public.ceremonies, name="ceremonies"),
    path("graduations/<uuid:ceremony_id>/", public.ceremony, name="ceremony"),
    path("graduations/<uuid:ceremony_id>/list.pdf", public.ceremony_pdf, name="ceremony_pdf"),
    path("desk/projects/", desk.desk, name="desk"),
    path("desk/projects/due/", desk.desk_due, name="desk_due"),
    path("desk/projects/begin/<uuid:call_id>/", desk.begin, name="begin"),
    path("desk/projects/rules/", desk.rules, name="desk_rules"),
    path("desk/projects/rules/new/", desk.write_rules, name="write_rules"),
    path("desk/projects/<uuid:project_id>/days/", desk.days, name="days"),
    path("desk/projects/<uuid:project_id>/grant/", granting.grant, name="grant"),
    path("desk/projects/<uuid:project_id>/mentor/", desk.mentor, name="mentor"),
    path("desk/projects/<uuid:project_id>/visit/", desk.visit, name="visit"),
    path("desk/projects/<uuid:project_id>/confirm/", desk.confirm, name="confirm"),
    path("desk/projects/<uuid:project_id>/terminate/", desk.terminate, name="terminate"),
    path("desk/projects/<uuid:project_id>/settle/", desk.settle, name="settle"),
    path("desk/projects/reports/<uuid:report_id>/", deciding.review, name="review"),
    path("desk/projects/reports/<uuid:report_id>/decide/", deciding.decide, name="decide"),
    path("desk/projects/objections/<uuid:objection_id>/", deciding.rule, name="rule"),
    path("desk/graduations/", deciding.desk_ceremonies, name="desk_ceremonies"),
    path("desk/graduations/new/", deciding.new_ceremony, name="new_ceremony"),
    path("desk/graduations/<uuid:ceremony_id>/list/", deciding.ceremony_list, name="ceremony_list"),
    path("desk/graduations/<uuid:ceremony_id>/held/", deciding.hold_ceremony, name="hold_ceremony"),
    path("desk/graduations/<uuid:ceremony_id>/cancel/", deciding.cancel_ceremony, name="cancel_ceremony"),
]
