"""What is measured, and how: one module a benchmark."""
