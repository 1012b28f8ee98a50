"""What the record of processing asks of the controller, as a policy states it. Changes nothing of a copy."""

from __future__ import annotations

from pydantic import Field

from foundation.documents import Input


class Processing(Input):
    """What the record of processing (GDPR article 30) wants and only the controller knows."""

    controller: str | None = Field(default=None, description="who decides about the data")
    contact: str | None = Field(default=None, description="the data protection officer, or whom to ask")
    purpose: str | None = Field(default=None, description="what the copy is for")
    data_subjects: str | None = Field(default=None, description="whose data it is, such as customers' buyers")
    recipients: str | None = Field(default=None, description="who gets the copy")
    retention: str | None = Field(default=None, description="when the copy is erased")
