"""What every room shares and what knows no Django: actors, roles, money, identifiers, lifecycles, ciphers."""
