"""Deal registration as partners see it: their requests, one request, and asking whether a customer is free."""
