"""The addresses of organisations: the desk, the filing desk, and what is public."""

from django.urls import path

import shanzhi.places.urls  # noqa: F401 - says what a code in an address is
from shanzhi.organizations.views import desk, filing, parts, public, registers, rules, signs, standing

app_name = "organizations"

urlpatterns = [
    path("desk/organizations/", desk.desk, name="desk"),
    path("desk/organizations/new/", desk.new, name="new"),
    path("desk/organizations/targets/new/", rules.targets_new, name="targets_new"),
    path("desk/organizations/findings/<uuid:finding_id>/", standing.finding, name="finding"),
    path("desk/organizations/findings/<uuid:finding_id>/end/", standing.finding_end, name="finding_end"),
    path("desk/organizations/registers/", registers.registers, name="registers"),
    path("desk/organizations/registers/new/", registers.register_new, name="register_new"),
    path("desk/organizations/registers/<uuid:register_id>/", registers.register, name="register"),
    path(
        "desk/organizations/registers/<uuid:register_id>/columns/", registers.register_columns, name="register_columns"
    ),
    path("desk/organizations/registers/<uuid:register_id>/take/", registers.register_take, name="register_take"),
    path("desk/organizations/registers/<uuid:register_id>/undo/", registers.register_undo, name="register_undo"),
    path(
        "desk/organizations/registers/<uuid:register_id>/rows/<int:row_id>/",
        registers.register_row,
        name="register_row",
    ),
    path("desk/organizations/signs/<uuid:sign_id>/", signs.sign, name="sign"),
    path("desk/organizations/<uuid:organization_id>/", desk.organization, name="organization"),
    path("desk/organizations/<uuid:organization_id>/edit/", desk.edit, name="edit"),
    path("desk/organizations/<uuid:organization_id>/close/", desk.close, name="close"),
    path("desk/organizations/<uuid:organization_id>/move/", parts.move, name="move"),
    path("desk/organizations/<uuid:organization_id>/members/new/", parts.member, name="member"),
    path("desk/organizations/<uuid:organization_id>/members/unmask/", parts.unmask, name="unmask"),
    path(
        "desk/organizations/<uuid:organization_id>/members/<uuid:membership_id>/end/",
        parts.member_end,
        name="member_end",
    ),
    path("desk/organizations/<uuid:organization_id>/links/new/", parts.link, name="link"),
    path("desk/organizations/<uuid:organization_id>/links/<uuid:link_id>/end/", parts.link_end, name="link_end"),
    path("desk/organizations/<uuid:organization_id>/standing/", standing.standing, name="standing"),
    path("desk/organizations/<uuid:organization_id>/standing/new/", standing.finding_new, name="finding_new"),
    path("desk/organizations/<uuid:organization_id>/signs/", signs.signs, name="signs"),
    path("desk/organizations/<uuid:organization_id>/signs/new/", signs.sign_new, name="sign_new"),
    path("filing/", filing.applications, name="applications"),
    path("filing/new/", filing.apply, name="apply"),
    path("filing/for/<uuid:organization_id>/<slug:ask>/", filing.apply_for, name="apply_for"),
    path("filing/rules/", rules.rules, name="rules"),
    path("filing/rules/new/", rules.rules_new, name="rules_new"),
    path("filing/documents/<uuid:document_id>/", parts.document, name="document"),
    path("filing/documents/of/<uuid:organization_id>/new/", parts.document_new, name="document_new"),
    path(
        "filing/documents/of/<uuid:organization_id>/<uuid:document_id>/remove/",
        parts.document_remove,
        name="document_remove",
    ),
    path("filing/<uuid:application_id>/", filing.application, name="application"),
    path("filing/<uuid:application_id>/edit/", filing.application_edit, name="application_edit"),
    path("filing/<uuid:application_id>/hand-in/", filing.hand_in, name="hand_in"),
    path("filing/<uuid:application_id>/withdraw/", filing.withdraw, name="withdraw"),
    path("filing/<uuid:application_id>/opinion/", filing.opinion, name="opinion"),
    path("filing/<uuid:application_id>/decide/", filing.decide, name="decide"),
    path("filing/<uuid:application_id>/certificate.pdf", filing.certificate_file, name="certificate_file"),
    path("certificates/filing/<slug:code>/", public.certificate, name="certificate"),
    path("organizations/", public.filed, name="filed"),
    path("organizations/<uuid:organization_id>/", public.public_one, name="public_one"),
    path("organizations/targets/<code:code>/", public.targets, name="targets"),
]
