"""Check-in and check-out at activities, with and without a network."""
