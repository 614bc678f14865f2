"""Tags by which pages of other rooms lead to histories."""
