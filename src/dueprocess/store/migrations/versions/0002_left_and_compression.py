"""An index for who left lately. On PostgreSQL answers are compressed by the faster way, where the server has it, and what is
encrypted is not tried at all."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A server may be built without lz4, and before version 14 none knew the words: then it stays as it was.
ANSWERS = """
DO $$ BEGIN
    ALTER TABLE decisions ALTER COLUMN answer SET COMPRESSION {how};
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value OR syntax_error THEN NULL;
END $$
"""


def upgrade() -> None:
    left = sa.text("left_at IS NOT NULL")  # a booking does not touch it
    op.create_index("ix_stays_left", "stays", ["agency", "left_at"], postgresql_where=left, sqlite_where=left)
    _set("lz4", "EXTERNAL")


def downgrade() -> None:
    _set("default", "EXTENDED")
    op.drop_index("ix_stays_left", "stays")


def _set(compression: str, storage: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ANSWERS.format(how=compression))
        op.execute(f"ALTER TABLE ledger_entries ALTER COLUMN payload SET STORAGE {storage}")
