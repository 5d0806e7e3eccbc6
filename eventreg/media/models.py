"""Pictures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, UtcDateTime


class Picture(Base):
    """A picture as it is shown: small, re-encoded by us, never changed. Another picture is another row."""

    __tablename__ = "pictures"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="size"),)

    #: in its address
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    #: "image/png", "image/jpeg" or "image/webp": what we encoded it as
    media_type: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    #: pixels
    width: Mapped[int]
    height: Mapped[int]
    #: loaded only where it is sent: whoever names a picture needs its size and its address
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, info=NOT_PERSONAL)
    #: the same for messages, made when the first one brings it
    in_mail: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
