"""Areas: the tree of official codes with what is made locally, their changes, figures and social-work stations."""
