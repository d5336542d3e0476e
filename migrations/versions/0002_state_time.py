"""When a conversation's state last changed at its messenger, so that late events are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    column = sa.Column("state_time", sa.Float, nullable=False, server_default="0")
    op.add_column("messaging_contacts", column)


def downgrade() -> None:
    """Drops it."""
    with op.batch_alter_table("messaging_contacts") as table:
        table.drop_column("state_time")
