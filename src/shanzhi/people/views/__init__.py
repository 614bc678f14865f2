"""Pages of people: signing in, the own account, the desk."""
