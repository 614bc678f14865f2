"""Double entry in any commodity: money, time, goods."""
