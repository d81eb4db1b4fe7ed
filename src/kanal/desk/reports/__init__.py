"""Reports: what leaks, and who is offered how much."""
