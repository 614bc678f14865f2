"""The pages of funds and grants: for everybody, for teams and donors, and at the desk."""
