"""The life of a job."""

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.lifecycle import Lifecycle, Move

JOB = Lifecycle(
    name="work.job",
    states={"waiting": _("Waiting"), "running": _("Running"), "done": _("Done"), "failed": _("Failed")},
    moves={
        "begin": Move(("waiting", "failed", "running"), "running"),  # running: taken up after its worker died
        "finish": Move(("running",), "done"),
        "fail": Move(("waiting", "running"), "failed"),
    },
)
