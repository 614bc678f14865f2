"""Management of the activities room."""
