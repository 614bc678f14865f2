"""Addresses for machines that watch over the site: alive, ready, figures."""

import secrets
from ipaddress import ip_address

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from shanzhi.config import database, metrics
from shanzhi.kernel.errors import Forbidden


def alive(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing of the database."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served: the database answers, has every migration and the same time as we."""
    try:
        pending = pending_migrations()
        apart = database.skew()
    except Exception as error:  # noqa: BLE001 - whatever keeps us from asking, we are not ready
        return JsonResponse({"status": "not ready", "reason": f"database: {type(error).__name__}"}, status=503)
    if pending:
        return JsonResponse({"status": "not ready", "reason": f"{pending} migrations pending"}, status=503)
    if abs(apart) > database.LARGEST_SKEW:
        reason = f"clock {apart:.0f} s ahead of the database's"
        return JsonResponse({"status": "not ready", "reason": reason}, status=503)
    return JsonResponse({"status": "ready"})


def pending_migrations() -> int:
    """How many migrations the database still lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def figures(request: HttpRequest) -> HttpResponse:
    """Give the figures to who has the token; without a token set, to this machine alone."""
    if not _may_read(request):
        raise Forbidden(
            _("The figures need the token of SHANZHI_METRICS_TOKEN, or a request from this machine itself.")
        )
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    try:
        # Behind a proxy on the same machine everybody seems to come from here; such requests carry its mark.
        return not forwarded and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
