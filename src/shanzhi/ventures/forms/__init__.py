"""Forms of the rounds: the team's parts of a proposal, the desk's parts of a call."""
