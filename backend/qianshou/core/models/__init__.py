"""Tables of the core mechanisms, one module per noun, and the bases that every model stands on."""

from .audit import AuditEntry
from .base import BaseModel, EncryptedModel
from .calendar import HolidayRule, Term
from .files import PrivateFile
from .idempotency import IdempotentAnswer
from .job import Job, JobState
from .obligation import Obligation, ObligationState
from .reads import ReadEntry, ReadLogHead

__all__ = (
    "AuditEntry",
    "BaseModel",
    "EncryptedModel",
    "HolidayRule",
    "IdempotentAnswer",
    "Job",
    "JobState",
    "Obligation",
    "ObligationState",
    "PrivateFile",
    "ReadEntry",
    "ReadLogHead",
    "Term",
)
