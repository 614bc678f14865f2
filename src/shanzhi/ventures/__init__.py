"""Micro-venture rounds 微创投: calls, proposals, reviews, the move to the vote, awards."""
