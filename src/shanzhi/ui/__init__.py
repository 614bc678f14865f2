"""The shell, the pieces, lists and forms that every page of Shanzhi is made of."""
