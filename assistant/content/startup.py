"""What must hold of the content before the assistant starts; light enough for every start."""

from __future__ import annotations

from assistant.content.clinic import Clinic
from assistant.content.guide import Guide
from assistant.content.signatures import load_signatures, signed_items, unsigned
from assistant.content.subjects import Subjects
from assistant.content.yaml_fields import ContentError
from assistant.settings import PROJECT, Settings


def require_content(settings: Settings) -> list[str]:
    """Refuses to start with content that can't be used.

    Args:
        settings: The settings of this installation.

    Returns:
        Warnings for whoever starts it: in production, what no clinician has signed.

    Raises:
        ContentError: A file can't be used, or production would run with the invented clinic.
    """
    clinic = Clinic.load(settings.content / "clinic.yml")
    Guide.load(settings.content / "guide.yml")
    subjects = Subjects.load(settings.content / "subjects.yml")
    for subject in clinic.answers:
        if subject not in subjects:
            raise ContentError(f"clinic.yml: answers.{subject}: expected a subject of subjects.yml")
    if not settings.production:
        return []
    if clinic.fictional:
        raise ContentError("clinic.yml: fictional: expected the data of your own clinic, and false")
    items = signed_items(settings.content, PROJECT / "domain.yml")
    reasons = unsigned(items, load_signatures(settings.content / "signatures.yml"))
    return [f"not signed by a clinician: {item} ({reason})" for item, reason in reasons.items()]
