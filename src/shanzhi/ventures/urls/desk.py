"""Addresses of the staff's desk."""

from django.urls import path

from shanzhi.ventures.views import (
    desk_calls,
    desk_changes,
    desk_disputes,
    desk_import,
    desk_jury,
    desk_leaving,
    desk_phases,
    desk_reviews,
    desk_voices,
)

CALL = "desk/calls/<uuid:call_id>/"
urlpatterns = [
    path("desk/calls/", desk_calls.calls, name="desk_calls"),
    path("desk/calls/new/", desk_calls.new, name="desk_new_call"),
    path("desk/calls/areas/", desk_calls.areas, name="desk_areas"),
    path("desk/calls/import/", desk_import.upload, name="desk_import"),
    path("desk/calls/import/<uuid:upload_id>/", desk_import.preview, name="desk_import_preview"),
    path(CALL, desk_calls.builder, name="desk_call"),
    path(f"{CALL}parts/<slug:part>/", desk_calls.part, name="desk_part"),
    path(f"{CALL}preview/", desk_changes.preview, name="desk_preview"),
    path(f"{CALL}copy/", desk_changes.copy, name="desk_copy"),
    path(f"{CALL}cancel/", desk_changes.cancel, name="desk_cancel"),
    path(f"{CALL}change/", desk_changes.change, name="desk_change"),
    path(f"{CALL}change/<slug:part>/", desk_changes.change_part, name="desk_change_part"),
    path(f"{CALL}history/", desk_changes.history, name="desk_history"),
    path(f"{CALL}proposals/", desk_changes.proposals, name="desk_proposals"),
    path("desk/proposals/<uuid:proposal_id>/group/", desk_changes.exclusive, name="desk_exclusive"),
    path("desk/proposals/<uuid:proposal_id>/disqualify/", desk_leaving.disqualify, name="desk_disqualify"),
    path(f"{CALL}places/", desk_leaving.places, name="desk_places"),
    path(f"{CALL}phase/", desk_phases.phase, name="desk_phase"),
    path(f"{CALL}phase/roll/", desk_phases.draw, name="desk_draw_roll"),
    path("desk/disputes/", desk_disputes.listing, name="desk_disputes"),
    path("desk/disputes/<uuid:dispute_id>/", desk_disputes.dispute, name="desk_dispute"),
    path("desk/reviews/", desk_reviews.queue, name="desk_reviews"),
    path(f"{CALL}comments/", desk_voices.comments, name="desk_comments"),
    path("desk/comments/<uuid:comment_id>/hide/", desk_voices.hide, name="desk_hide"),
    path(f"{CALL}jury/", desk_jury.panel, name="desk_jury"),
    path(f"{CALL}jury/draw/", desk_jury.draw, name="desk_jury_draw"),
    path(f"{CALL}jury/pitches/<int:position>/", desk_jury.pitch, name="desk_jury_pitch"),
    path(f"{CALL}jury/<uuid:juror_id>/end/", desk_jury.end, name="desk_jury_end"),
    path("desk/reviews/batch/", desk_reviews.batch, name="desk_batch"),
    path("desk/reviews/assign/", desk_reviews.assign, name="desk_assign"),
    path("desk/reviews/<uuid:proposal_id>/", desk_reviews.review, name="desk_review"),
    path("desk/reviews/<uuid:proposal_id>/done/", desk_reviews.review_done, name="desk_review_done"),
]
