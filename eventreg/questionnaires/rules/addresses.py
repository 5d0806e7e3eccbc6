"""Mail addresses that our mail can reach."""

from __future__ import annotations

from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.texts import clean_line

#: RFC 5321, 4.5.3.1.3: a path of 256 octets with its angle brackets
_LONGEST = 254


def mail_address(text: str) -> str:
    """Return an address as it is kept: its domain in small letters, an international one in ASCII. Looks up no name.

    Raises Invalid: EMAIL_INCOMPLETE, EMAIL_NOT_ASCII, or what is wrong with the text.
    """
    from email_validator import EmailNotValidError, validate_email

    line = clean_line(text, _LONGEST)
    if not line.rpartition("@")[0].isascii():
        # Our mail goes by plain SMTP: an address that needs SMTPUTF8 (RFC 6531) would never get its confirmation.
        raise Invalid(Reason.EMAIL_NOT_ASCII)
    try:
        address = validate_email(line, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise Invalid(Reason.EMAIL_INCOMPLETE) from error
    return address.ascii_email or address.normalized
