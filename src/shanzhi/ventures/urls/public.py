"""Addresses of public pages and of the team's own."""

from django.urls import path

from shanzhi.ventures.views import copying, feed, jury, public, team, versions, voices

urlpatterns = [
    path("calls/", public.calls, name="calls"),
    path("calls/notices.atom", feed.notices, name="notices"),
    path("calls/<uuid:call_id>/", public.call, name="call"),
    path("calls/<uuid:call_id>/terms/<int:version>.json", public.terms_file, name="terms"),
    path("calls/<uuid:call_id>/proposals/", public.call_proposals, name="call_proposals"),
    path("calls/<uuid:call_id>/propose/", team.propose, name="propose"),
    path("calls/<uuid:call_id>/propose/earlier/", copying.earlier, name="earlier"),
    path("calls/<uuid:call_id>/propose/earlier/<uuid:proposal_id>/", copying.copy, name="copy_proposal"),
    path("proposals/", public.proposals, name="proposals"),
    path("proposals/<uuid:proposal_id>/", public.proposal, name="proposal"),
    path("proposals/<uuid:proposal_id>/document.docx", public.document, name="document"),
    path("proposals/<uuid:proposal_id>/document.pdf", public.document_pdf, name="document_pdf"),
    path("proposals/<uuid:proposal_id>/files/<uuid:attachment_id>/", public.attachment, name="attachment"),
    path("proposals/<uuid:proposal_id>/edit/", team.edit, name="edit"),
    path("proposals/<uuid:proposal_id>/edit/communities/", team.communities, name="communities"),
    path("proposals/<uuid:proposal_id>/edit/files/", team.files, name="files"),
    path("proposals/<uuid:proposal_id>/edit/files/<uuid:attachment_id>/remove/", team.detach, name="detach"),
    path("proposals/<uuid:proposal_id>/edit/<slug:part>/", team.section, name="section"),
    path("proposals/<uuid:proposal_id>/check/", team.check, name="check"),
    path("proposals/<uuid:proposal_id>/handed-in/", team.handed_in, name="handed_in"),
    path("proposals/<uuid:proposal_id>/withdraw/", team.withdraw, name="withdraw"),
    path("proposals/<uuid:proposal_id>/versions/", versions.versions, name="versions"),
    path("proposals/<uuid:proposal_id>/versions/compare/", versions.compare, name="compare_versions"),
    path("proposals/<uuid:proposal_id>/comments/new/", voices.write, name="comment"),
    path("proposals/<uuid:proposal_id>/backing/", voices.back, name="back"),
    path("proposals/<uuid:proposal_id>/backing/end/", voices.stop_backing, name="stop_backing"),
    path("comments/<uuid:comment_id>/answer/", voices.answer, name="answer_comment"),
    path("comments/<uuid:comment_id>/withdraw/", voices.withdraw, name="withdraw_comment"),
    path("calls/<uuid:call_id>/jury/", jury.result, name="jury_result"),
    path("juries/", jury.seats, name="juries"),
    path("juries/<uuid:call_id>/", jury.jury, name="jury"),
    path("juries/<uuid:call_id>/interests/", jury.interests, name="jury_interests"),
    path("juries/<uuid:call_id>/close/", jury.close, name="jury_close"),
    path("juries/<uuid:call_id>/sheets/<uuid:proposal_id>/", jury.sheet, name="jury_sheet"),
    path("account/proposals/", team.my_proposals, name="my_proposals"),
]
