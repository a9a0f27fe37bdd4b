"""Tables of the readers' room, by subject. Only this room writes them."""

from __future__ import annotations

from .collections import Collection, Kept, Note
from .comments import Comment, Mention
from .follows import Follow, Stream
from .mine import Done, FeedSecret, Position, Watched
from .moderation import AuditEntry, Report
from .moves import Moved
from .notifications import Notification
from .reader import Mark, Reader
from .submissions import Claim, Submission
from .taste import TasteAct, TasteRemoved
from .tokens import ApiToken, Invitation
from .votes import Activity, Vote

__all__ = [
    "Activity", "ApiToken", "AuditEntry", "Claim", "Collection", "Comment", "Done", "FeedSecret", "Follow",
    "Invitation", "Kept", "Mark", "Mention", "Moved", "Note", "Notification", "Position", "Reader", "Report",
    "Stream", "Submission", "TasteAct", "TasteRemoved", "Vote", "Watched",
]
