"""Deal registration: who is protected at which customer, and what stands against it."""
