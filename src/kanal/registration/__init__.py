"""Deal registration: a partner asks for exclusivity with a customer, the vendor decides, and the system holds it."""
