"""Takes addresses that bounce off the lists, every hour."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator

with DAG(dag_id="bounces", schedule_interval="0 * * * *", start_date=datetime(2022, 1, 1), catchup=False) as dag:
    BashOperator(task_id="sweep", bash_command="sweep-bounces")
