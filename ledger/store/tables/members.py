"""What is kept of members beside the log: nothing of it is folded, and all of it can be erased."""

from __future__ import annotations

from ledger.store.tables.base import TenantRow, big


class ErasureRow(TenantRow, table=True):
    """An erasure that still destroys private parts: those of the log up to `position`, and how far it is."""

    __tablename__ = "erasure"
    member: int = big(key=True)
    position: int = big()
    done_to: int = big()
