"""The demo: a believable vendor with partners, mail that stays here, and a clock that can be moved."""
