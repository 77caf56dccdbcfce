"""The writer: group commit, one lane a community. Commit first, then answer."""

from ledger.service.writer.lane import QueueFull, Writer
from ledger.service.writer.receipts import Receipt

__all__ = ["QueueFull", "Receipt", "Writer"]
