"""What agents reach of databases and mail is what the settings say, and nothing by default."""

from __future__ import annotations

from pathlib import Path

from ragflow.adapters.agent_mail import SmtpMailer
from ragflow.adapters.agent_sql.gateway import Databases
from ragflow.settings import AgentSettings, Settings
from ragflow.wiring import agent_databases, agent_mailer


def test_by_default_nothing_private_is_open_and_nothing_is_changed() -> None:
    databases, mailer = agent_databases(Settings()), agent_mailer(Settings())
    assert isinstance(databases, Databases)
    assert isinstance(mailer, SmtpMailer)
    assert databases.sqlite_directory is None
    assert not databases.limits.writes
    assert databases.guard.allowed_hosts == mailer.guard.allowed_hosts == ()
    assert mailer.tls is None


def test_the_operator_opens_what_agents_may_reach(tmp_path: Path) -> None:
    agents = AgentSettings(
        allowed_private_hosts=("db.internal",),
        sqlite_directory=tmp_path,
        sql_writes=True,
        sql_seconds=5,
        mail_seconds=6,
    )
    databases = agent_databases(Settings(agents=agents))
    mailer = agent_mailer(Settings(agents=agents))
    assert isinstance(databases, Databases)
    assert isinstance(mailer, SmtpMailer)
    assert databases.sqlite_directory == tmp_path
    assert (databases.limits.writes, databases.limits.seconds) == (True, 5)
    assert mailer.limits.seconds == 6
    assert databases.guard.allowed_hosts == mailer.guard.allowed_hosts == ("db.internal",)
