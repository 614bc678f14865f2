"""The addresses of the desk of bills, below those of a book."""

from django.urls import path

from shanzhi.ledger.views import bill_lines, bills

urlpatterns = [
    path("", bills.files, name="bills"),
    path("new/", bills.upload, name="bill_new"),
    path("files/<uuid:file_id>/", bills.file, name="bill_file"),
    path("accounts/<uuid:account_id>/", bills.desk, name="bill_desk"),
    path("accounts/<uuid:account_id>/lines/", bills.lines, name="bill_lines"),
    path("accounts/<uuid:account_id>/match/", bills.match, name="bill_match"),
    path("lines/<uuid:line_id>/", bill_lines.line, name="bill_line"),
    path("lines/<uuid:line_id>/match/", bill_lines.match, name="bill_line_match"),
    path("lines/<uuid:line_id>/enter/", bill_lines.enter, name="bill_line_enter"),
    path("lines/<uuid:line_id>/leave/", bill_lines.leave, name="bill_line_leave"),
    path("lines/<uuid:line_id>/undo/", bill_lines.undo, name="bill_line_undo"),
    path("rules/", bill_lines.rules, name="bill_rules"),
    path("rules/new/", bill_lines.rule_new, name="bill_rule_new"),
    path("rules/<uuid:rule_id>/end/", bill_lines.rule_end, name="bill_rule_end"),
    path("columns/", bill_lines.columns, name="bill_columns"),
]
