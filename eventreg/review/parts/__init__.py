"""What of the review an event is made of: ready-made reasons, tags, and what the team put on people."""

from eventreg.review.parts.reasons import ReadyReasonsPart
from eventreg.review.parts.remarks import RemarksPart
from eventreg.review.parts.tags import TagsPart

__all__ = ["ReadyReasonsPart", "RemarksPart", "TagsPart"]
