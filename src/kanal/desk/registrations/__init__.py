"""Deal registration requests: the queue, the page of one and what is decided there, the policy, who is away."""
