"""Forms of this room: `answering` for whoever is asked, the others for organizers who write what is asked."""

from eventreg.questionnaires.forms.answering import (
    PurposeView,
    QuestionnaireForm,
    SectionView,
    Steps,
    SummaryPart,
    build_fields,
)
from eventreg.questionnaires.kinds.fields import KeptFile

__all__ = ["KeptFile", "PurposeView", "QuestionnaireForm", "SectionView", "Steps", "SummaryPart", "build_fields"]
