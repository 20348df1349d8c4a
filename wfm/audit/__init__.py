"""The auditor: every hard rule and limit re-derived from a roster's files and the plan alone.

It shares no code with the engine that builds rosters: times are absolute minutes, overtime and wages have their own
derivation. One function per rule; :data:`RULES` lists them.
"""

from wfm.audit.catalogue import RULES, audit
from wfm.audit.claims import BoundClaim, claim_of, claim_text

__all__ = ["RULES", "BoundClaim", "audit", "claim_of", "claim_text"]
