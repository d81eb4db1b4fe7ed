"""Deal registration requests with what belongs to them, the vendor's policy, the chain of proof, and checks."""

from kanal.registration.models.chain import ChainHead, Link
from kanal.registration.models.checks import Answer, Check
from kanal.registration.models.policy import RegistrationPolicy
from kanal.registration.models.registration import Evidence, Registration
from kanal.registration.models.steps import Absence, ApprovalStep, Extension, ExtensionState

__all__ = [
    "Absence",
    "Answer",
    "ApprovalStep",
    "ChainHead",
    "Check",
    "Evidence",
    "Extension",
    "ExtensionState",
    "Link",
    "Registration",
    "RegistrationPolicy",
]
