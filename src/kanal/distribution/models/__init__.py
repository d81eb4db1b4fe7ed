"""Offers: an opportunity given to a partner, and the answer; and the rules of work."""

from kanal.distribution.models.offer import DeclineReason, Offer, OfferStatus
from kanal.distribution.models.rules import WorkRules

__all__ = ["DeclineReason", "Offer", "OfferStatus", "WorkRules"]
