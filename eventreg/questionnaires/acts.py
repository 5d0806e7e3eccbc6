"""What the audit trail says of the form."""

from eventreg.audit import trail
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    questionnaire_published=_("Published the form"),
    questions_changed=_("Changed several questions"),
    questions_discarded=_("Discarded the draft of the questions"),
    question_added=_("Added a question"),
    question_changed=_("Changed a question"),
    question_removed=_("Retired a question"),
    section_added=_("Added a section of the form"),
    section_changed=_("Changed a section of the form"),
    section_removed=_("Removed a section of the form"),
)
trail.add_kinds(
    questionnaire=_("Form"),
    question=_("Question"),
)
trail.add_pages(questionnaire="questionnaires.list_questions", question="questionnaires.list_questions")
trail.add_parts(
    help=_("Help"),
    purpose=_("Purpose"),
    intro=_("Introduction"),
    options=_("Answer options"),
    settings=_("Settings"),
    is_required=_("Required"),
    required_for=_("Required of these categories only"),
    condition=_("Asked only if"),
    frozen_after=_("Answers can be changed until"),
    is_sensitive=_("Sensitive"),
    retention_days=_("Days until the answer is deleted"),
    column=_("Fills in of the person"),
    stage=_("When it is asked"),
    answer_by=_("Answered by"),
    questions=_("Questions"),
    questions_added=_("Added"),
    questions_moved=_("Moved"),
    asked_again=_("Asked again"),
    questions_changed=_("Changed"),
    questions_removed=_("Retired"),
    question=_("Question"),
)
trail.add_own_parts("questions")
