"""Addresses of service records, mounted at the root."""

from django.urls import path

from shanzhi.service.views import desk, evidence, leading, mine, papers, presence, public, queues, records

app_name = "service"
MINE = "account/volunteering/service/"
ONE = "service/records/<uuid:record_id>/"
PAPER = "service/certificates/<uuid:certificate_id>/"
DESK = "desk/service/"

urlpatterns = [
    path(MINE, mine.mine, name="mine"),
    path(f"{MINE}certificates/<uuid:certificate_id>/own.pdf", mine.own_paper, name="own_paper"),
    path("service/thanks/new/", mine.thank, name="thank"),
    path("service/check/", public.check, name="check"),
    path("service/check/<slug:code>/", public.checked, name="checked"),
    path("service/growth/<str:code>/", public.growth, name="growth"),
    path("service/shifts/<uuid:shift_id>/", presence.shift, name="shift"),
    path("service/verify/", queues.verify, name="verify"),
    path("service/notices/", queues.to_notice, name="to_notice"),
    path(ONE, records.record, name="record"),
    path(f"{ONE}complain/", records.complain, name="complain"),
    path(f"{ONE}notice/", records.notice, name="put_under_notice"),
    path(f"{ONE}refuse/", records.refuse, name="refuse"),
    path(f"{ONE}reverse/", records.reverse_one, name="reverse"),
    path(f"{ONE}evidence/", evidence.add, name="add_evidence"),
    path("service/evidence/<uuid:evidence_id>/", evidence.file, name="evidence"),
    path("service/evidence/<uuid:evidence_id>/remove/", evidence.remove, name="remove_evidence"),
    path("service/complaints/<uuid:complaint_id>/answer/", records.answer, name="answer"),
    path("service/complaints/<uuid:complaint_id>/withdraw/", records.withdraw_complaint, name="withdraw_complaint"),
    path(PAPER, papers.certificate, name="certificate"),
    path(f"{PAPER}copy.pdf", papers.copy, name="copy"),
    path(f"{PAPER}withdraw/", papers.withdraw, name="withdraw"),
    path("teams/<uuid:team_id>/service/", leading.records, name="team"),
    path("teams/<uuid:team_id>/service/new/", leading.table, name="table"),
    path("teams/<uuid:team_id>/service/notice/", leading.notice, name="notice"),
    path(DESK, desk.desk, name="desk"),
    path(f"{DESK}new/", desk.office_table, name="office_table"),
    path(f"{DESK}volunteers/<uuid:volunteer_id>/", desk.volunteer, name="volunteer"),
    path(f"{DESK}complaints/", desk.complaints, name="complaints"),
    path(f"{DESK}thanks/", desk.thanks, name="thanks"),
    path(f"{DESK}thanks/<uuid:thanks_id>/", desk.read, name="read"),
    path(f"{DESK}rules/", desk.rules, name="rules"),
    path(f"{DESK}rules/new/", desk.new_rules, name="new_rules"),
    path(f"{DESK}export/", desk.export, name="export"),
    path(f"{DESK}growth/<str:code>/", public.desk_growth, name="desk_growth"),
    path(f"{DESK}ready/", public.ready, name="ready"),
    path(f"{DESK}certificates/", papers.certificates, name="certificates"),
    path(f"{DESK}certificates/new/", papers.issue, name="issue"),
    path(f"{DESK}certificates/batches/<uuid:batch_id>/", papers.batch, name="batch"),
    path(f"{DESK}certificates/batches/<uuid:batch_id>/go-on/", papers.go_on, name="go_on"),
    path(f"{DESK}certificates/batches/<uuid:batch_id>/<int:first>.pdf", papers.sheets, name="sheets"),
]
