"""Counting of votes: rules, exact comparisons, reasons. Knows no Django; numpy in, results out."""
