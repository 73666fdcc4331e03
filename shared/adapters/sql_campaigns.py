"""Plans and campaigns in SQL: a plan is inserted once, a campaign is saved under its version with one history row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from shared.adapters.documents import applied, read, read_applied, read_campaign, stamp, written
from shared.adapters.missing import no_campaign, no_plan, plan_named, published_otherwise
from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_tables import campaign_events, campaign_tails, campaigns, plans
from shared.adapters.sql_versions import put_version
from shared.ports.campaigns import Applications, CampaignCommit
from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.plan import Plan


class SqlPlans:
    """The port Plans. What it has read it keeps: a published version never changes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[str, Plan] = {}

    def publish(self, plan: Plan) -> bool:
        row = {"name": plan.name, "version": plan.version, "body": written(plan)}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(plans).values(row))
        except IntegrityError as exc:
            if written(self._read(plan.ref)) != written(plan):
                raise published_otherwise(plan) from exc
            return False
        return True

    def load(self, ref: str) -> Plan:
        if ref not in self._kept:
            self._kept[ref] = self._read(ref)
        return self._kept[ref]

    def _read(self, ref: str) -> Plan:
        name, version = plan_named(ref)
        with reading(self._engine) as connection:
            wanted = select(plans.c.body).where(plans.c.name == name, plans.c.version == version)
            body = connection.execute(wanted).scalar_one_or_none()
        if body is None:
            raise no_plan(ref)
        return read(Plan, body, f"the plan {ref}")


class SqlCampaigns:
    """The port Campaigns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, campaign: str) -> tuple[int, Campaign]:
        with reading(self._engine) as connection:
            wanted = select(campaigns).where(campaigns.c.campaign == campaign)
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise no_campaign(campaign)
        return row.version, read_campaign(row.body, campaign)

    def save(self, commit: CampaignCommit) -> None:
        campaign, version = commit.campaign.id, commit.before + 1
        with writing(self._engine) as connection:
            row = {"version": version, "body": written(commit.campaign)}
            put_version(connection, campaigns, ("campaign", campaign), row, commit.before)
            record = applied(commit, _tail(connection, campaign))
            event = {"campaign": campaign, "number": version, "actor": commit.actor, "at": stamp(commit.at)}
            connection.execute(insert(campaign_events).values(**event, body=written(record)))
            connection.execute(delete(campaign_tails).filter_by(campaign=campaign))
            connection.execute(insert(campaign_tails).values(campaign=campaign, tail=record.hash))

    def history(self, campaign: str) -> Applications:
        wanted = select(campaign_events).filter_by(campaign=campaign).order_by(campaign_events.c.number)
        with reading(self._engine) as connection:
            rows, tail = connection.execute(wanted).all(), _tail(connection, campaign)
        return Applications(tuple(_applied(row) for row in rows), tail)

    def names(self) -> Sequence[str]:
        with reading(self._engine) as connection:
            return tuple(connection.execute(select(campaigns.c.campaign).order_by(campaigns.c.campaign)).scalars())


def _tail(connection: Connection, campaign: str) -> str:
    wanted = select(campaign_tails.c.tail).filter_by(campaign=campaign)
    return connection.execute(wanted).scalar_one_or_none() or ""


def _applied(row: Row[Any]) -> CampaignApplied:
    """The columns beside a body say what a body from before there were hashes does not: it is the campaign alone."""
    return read_applied({"number": row.number, "at": row.at, "actor": row.actor}, row.body, row.campaign)
