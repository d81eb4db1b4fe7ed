"""Offers: an opportunity given to a partner, and the answer."""

from kanal.distribution.models.offer import DeclineReason, Offer, OfferStatus

__all__ = ["DeclineReason", "Offer", "OfferStatus"]
