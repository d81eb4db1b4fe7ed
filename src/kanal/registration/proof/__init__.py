"""The proof of deal registrations: what a digest covers, checking the chain, and files that prove one registration.

`digests`, `faults`, `links` and `document` know neither a database nor Django: a file is checked on any machine.
"""
