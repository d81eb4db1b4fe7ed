"""Whether two claims are for one customer: `judging` compares two, `finding` looks for what is worth comparing."""
