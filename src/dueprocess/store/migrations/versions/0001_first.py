"""The first tables; on PostgreSQL, the role that the desk runs as and the policies that keep agencies apart."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROLE = "dueprocess_app"
# Tables whose rows belong to an agency, each with a policy.
APART = (
    "accounts",
    "agency_settings",
    "alerts",
    "counsel_notes",
    "deadlines",
    "decisions",
    "events",
    "grounds",
    "handovers",
    "idempotency",
    "ledger_entries",
    "legal_process",
    "litigation_holds",
    "login_attempts",
    "looks",
    "packets",
    "paper_files",
    "papers",
    "payload_keys",
    "sessions",
    "stays",
    "streams",
    "tokens",
)
# Tables for all. The record's tables may be added to, never changed; payload keys may be destroyed.
WHOLE = ("agencies", "ledger_head", "ledger_checkpoints")
ONCE = ("ledger_entries", "ledger_checkpoints")


def upgrade() -> None:
    op.create_table("accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("second_factor", sa.LargeBinary(), nullable=True),
        sa.Column("second_factor_on", sa.Boolean(), nullable=False),
        sa.Column("second_factor_step", sa.BigInteger(), nullable=False),
        sa.Column("external", sa.Text(), nullable=True),
        sa.Column("setup", sa.LargeBinary(), nullable=True),
        sa.Column("setup_until", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("agency", "external", name=op.f("uq_accounts_agency_external")),
        sa.UniqueConstraint("agency", "login", name=op.f("uq_accounts_agency_login"))
    )
    op.create_table("agencies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("number", name=op.f("uq_agencies_number"))
    )
    op.create_table("agency_settings",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_agency_settings"))
    )
    op.create_table("alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts"))
    )
    op.create_index("ix_alerts_due", "alerts", ["agency", "acknowledged_at", "due_at"], unique=False)
    op.create_index(op.f("ix_alerts_stay"), "alerts", ["stay"], unique=False)
    op.create_table("counsel_notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counsel_notes"))
    )
    op.create_table("deadlines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=False),
        sa.Column("decided", NUMBER, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("was_due_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines"))
    )
    op.create_index("ix_deadlines_due", "deadlines", ["agency", "state", "due_at"], unique=False)
    op.create_index(op.f("ix_deadlines_stay"), "deadlines", ["stay"], unique=False)
    op.create_table("decisions",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.BigInteger(), nullable=True),
        sa.Column("law_version", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_decisions"))
    )
    op.create_index(op.f("ix_decisions_stay"), "decisions", ["stay"], unique=False)
    op.create_table("events",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("amends", NUMBER, nullable=True),
        sa.Column("undone_by", NUMBER, nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events"))
    )
    op.create_index(op.f("ix_events_stay"), "events", ["stay"], unique=False)
    op.create_table("grounds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grounds"))
    )
    op.create_index(op.f("ix_grounds_stay"), "grounds", ["stay"], unique=False)
    op.create_table("idempotency",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "key", name=op.f("pk_idempotency"))
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False)
    op.create_table("ledger_checkpoints",
        sa.Column("size", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_checkpoints"))
    )
    op.create_table("ledger_entries",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_entries"))
    )
    op.create_index(op.f("ix_ledger_entries_subject"), "ledger_entries", ["subject"], unique=False)
    op.create_table("ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("keys_check", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("backed_up_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head"))
    )
    op.create_table("legal_process",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("served_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_legal_process"))
    )
    op.create_index(op.f("ix_legal_process_stay"), "legal_process", ["stay"], unique=False)
    op.create_table("litigation_holds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_litigation_holds"))
    )
    op.create_index(op.f("ix_litigation_holds_stay"), "litigation_holds", ["stay"], unique=False)
    op.create_table("login_attempts",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "what", name=op.f("pk_login_attempts"))
    )
    op.create_table("looks",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_looks"))
    )
    op.create_index(op.f("ix_looks_stay"), "looks", ["stay"], unique=False)
    op.create_table("handovers",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("other_number", NUMBER, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_handovers"))
    )
    op.create_index(op.f("ix_handovers_stay"), "handovers", ["stay"], unique=False)
    op.create_table("packets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("reading", sa.JSON(), nullable=True),
        sa.Column("hint", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packets"))
    )
    op.create_index(op.f("ix_packets_stay"), "packets", ["stay"], unique=False)
    op.create_index("ix_packets_state", "packets", ["agency", "state"], unique=False)
    op.create_table("paper_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=True),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_files"))
    )
    op.create_index(op.f("ix_paper_files_stay"), "paper_files", ["stay"], unique=False)
    op.create_table("papers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("stay", sa.Text(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("served_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers"))
    )
    op.create_index(op.f("ix_papers_stay"), "papers", ["stay"], unique=False)
    op.create_table("payload_keys",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_payload_keys"))
    )
    op.create_index(op.f("ix_payload_keys_subject"), "payload_keys", ["subject"], unique=False)
    op.create_table("sessions",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions"))
    )
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"], unique=False)
    op.create_table("stays",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("facility", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("booking_number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("booked_at", sa.BigInteger(), nullable=True),
        sa.Column("release_due_at", sa.BigInteger(), nullable=True),
        sa.Column("then_outcome", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("hold_until", sa.BigInteger(), nullable=True),
        sa.Column("next_deadline_at", sa.BigInteger(), nullable=True),
        sa.Column("decided", NUMBER, nullable=True),
        sa.Column("next_decision_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("left_to", sa.Text(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
        sa.UniqueConstraint("agency", "case_number", name=op.f("uq_stays_agency_case_number"))
    )
    op.create_index("ix_stays_again", "stays", ["agency", "next_decision_at"], unique=False)
    op.create_index("ix_stays_board", "stays", ["agency", "status", "next_deadline_at"], unique=False)
    op.create_index("ix_stays_booking", "stays", ["agency", "booking_number"], unique=False)
    op.create_table("streams",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_number", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_streams"))
    )
    op.create_table("tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash"))
    )
    if op.get_bind().dialect.name == "postgresql":
        _apart()
    else:
        _written_once()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP OWNED BY {ROLE}")  # its rights in this database; the role may serve others
    op.drop_table("tokens")
    op.drop_table("streams")
    op.drop_index("ix_stays_booking", table_name="stays")
    op.drop_index("ix_stays_board", table_name="stays")
    op.drop_index("ix_stays_again", table_name="stays")
    op.drop_table("stays")
    op.drop_index(op.f("ix_sessions_account"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_payload_keys_subject"), table_name="payload_keys")
    op.drop_table("payload_keys")
    op.drop_index(op.f("ix_papers_stay"), table_name="papers")
    op.drop_table("papers")
    op.drop_index("ix_packets_state", table_name="packets")
    op.drop_index(op.f("ix_packets_stay"), table_name="packets")
    op.drop_table("packets")
    op.drop_index(op.f("ix_handovers_stay"), table_name="handovers")
    op.drop_table("handovers")
    op.drop_index(op.f("ix_paper_files_stay"), table_name="paper_files")
    op.drop_table("paper_files")
    op.drop_index(op.f("ix_looks_stay"), table_name="looks")
    op.drop_table("looks")
    op.drop_table("login_attempts")
    op.drop_index(op.f("ix_litigation_holds_stay"), table_name="litigation_holds")
    op.drop_table("litigation_holds")
    op.drop_index(op.f("ix_legal_process_stay"), table_name="legal_process")
    op.drop_table("legal_process")
    op.drop_table("ledger_head")
    op.drop_index(op.f("ix_ledger_entries_subject"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_checkpoints")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_index(op.f("ix_grounds_stay"), table_name="grounds")
    op.drop_table("grounds")
    op.drop_index(op.f("ix_events_stay"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_decisions_stay"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_deadlines_stay"), table_name="deadlines")
    op.drop_index("ix_deadlines_due", table_name="deadlines")
    op.drop_table("deadlines")
    op.drop_table("counsel_notes")
    op.drop_index(op.f("ix_alerts_stay"), table_name="alerts")
    op.drop_index("ix_alerts_due", table_name="alerts")
    op.drop_table("alerts")
    op.drop_table("agency_settings")
    op.drop_table("agencies")
    op.drop_table("accounts")


def _apart() -> None:
    # The role belongs to the server, not to one database: another may have made it, perhaps at this moment.
    op.execute(
        f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    op.execute(f"GRANT {ROLE} TO CURRENT_USER")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    for table in (*APART, *WHOLE):
        rights = "SELECT, INSERT" if table in ONCE else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {rights} ON {table} TO {ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {ROLE}")
    for table in APART:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # Without a setting the comparison is with null, and no row is seen.
        op.execute(
            f"CREATE POLICY own_agency ON {table} TO {ROLE} "
            "USING (agency = current_setting('dueprocess.agency', true)) "
            "WITH CHECK (agency = current_setting('dueprocess.agency', true))"
        )


def _written_once() -> None:
    # SQLite has no rights: triggers refuse what no part of the program does.
    for table in ONCE:
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END"
            )
