"""Pages of the rounds: for everybody (`public`), for teams (`team`), for staff (`desk…`)."""
