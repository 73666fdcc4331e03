"""Starts one delivery run for each mailing that is due."""

from airflow.decorators import dag, task
from airflow.hooks.base_hook import BaseHook
from airflow.models import Variable
from airflow.operators.dagrun_operator import TriggerDagRunOperator
from airflow.utils.dates import days_ago


@dag(schedule_interval="*/15 * * * *", start_date=days_ago(2), catchup=False, default_view="graph")
def campaign_fanout():
    """Every quarter of an hour."""

    @task
    def due_mailings():
        connection = BaseHook.get_connection("mailing_database")
        limit = int(Variable.get("mailing_limit", default_var=50))
        return [f"{connection.host}/{number}" for number in range(limit)]

    trigger = TriggerDagRunOperator(
        task_id="deliver",
        trigger_dag_id="deliver_mailing",
        execution_date="{{ execution_date }}",
        wait_for_completion=False,
    )

    due_mailings() >> trigger


campaign_fanout()
