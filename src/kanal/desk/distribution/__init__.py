"""*Sales > Distribution*: the waiting queue, and what assignment proposes for it."""
