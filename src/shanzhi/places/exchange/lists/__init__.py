"""Lists that offices keep in Excel, read the same way whatever they list: registers of bodies, volunteers."""
