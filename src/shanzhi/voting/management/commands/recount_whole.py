"""`manage recount_whole`: an auditor, on the premises, counts all ballots of a vote again, the held ones too."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.keyring import write_secret
from shanzhi.people.actors import actor_for
from shanzhi.people.models import Account
from shanzhi.voting.operations import Recounted, recount_whole


class Command(BaseCommand):
    """Count, compare, say what agrees; the recount is recorded under the auditor's name with its reason."""

    help = "Count all ballots of a vote again as an auditor, those too that are held back from the public."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the poll, the auditor's sign-in, the reason, and where the whole file goes, if anywhere."""
        parser.add_argument("poll", type=UUID, help="Number of the vote, as in its address.")
        parser.add_argument("--auditor", required=True, help="Sign-in name of an auditor of all areas of the vote.")
        parser.add_argument("--reason", required=True, help="Why; it is recorded.")
        parser.add_argument("--file", type=Path, help="Write all ballots there, readable by you alone.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the recount."""
        at = timezone.now()
        account = Account.objects.select_related("person").filter(login_name=options["auditor"]).first()
        if account is None:
            raise CommandError("There is no such sign-in.")
        try:
            found = recount_whole(
                actor=actor_for(account=account, at=at), poll_id=options["poll"], reason=options["reason"], at=at
            )
        except Refusal as refusal:
            raise CommandError(refusal.text) from refusal
        self._tell(found)
        if options["file"]:
            write_secret(options["file"], found.file.encode())
        if not found.agrees:
            raise CommandError("The ballots do not agree with what was published.")

    def _tell(self, found: Recounted) -> None:
        for name in ("seal", "digest", "winners"):
            self.stdout.write(f"{name}: {'agrees' if getattr(found, name) else 'DIFFERS'}")
        self.stdout.write(f"ballots: {found.outcome.ballots}")
        for standing in found.outcome.standings:
            self.stdout.write(f"{standing.project} {standing.status} {standing.votes}")
