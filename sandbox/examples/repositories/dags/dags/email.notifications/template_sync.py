"""Copies the mail templates that marketing edited into the sending service. Half-way to Airflow 3 already."""

import pendulum
from airflow import DAG, Dataset
from airflow.contrib.sensors.file_sensor import FileSensor
from airflow.operators.branch_operator import BaseBranchOperator
from airflow.operators.bash import BashOperator

TEMPLATES = Dataset("s3://acme-mail/templates")


class ChooseTarget(BaseBranchOperator):
    """Templates of a release go to production, all others to the test system."""

    def choose_branch(self, context):
        return "sync_production" if context["dag_run"].conf.get("release") else "sync_test"


with DAG(
    dag_id="template_sync",
    schedule=[TEMPLATES],
    start_date=pendulum.datetime(2024, 1, 1, tz="UTC"),
    catchup=False,
) as dag:
    arrived = FileSensor(task_id="arrived", filepath="/srv/templates/{{ ds_nodash }}.ready")
    choose = ChooseTarget(task_id="choose")
    test = BashOperator(task_id="sync_test", bash_command="sync-templates --target test")
    production = BashOperator(task_id="sync_production", bash_command="sync-templates --target production")

    arrived >> choose >> [test, production]
