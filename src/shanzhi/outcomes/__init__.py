"""What came of rounds: signs of life, survival, and what an organisation that lives on has cost."""
