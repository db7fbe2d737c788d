"""A pipeline, as a deployment has it."""

from headgate.deployment.model import Pipeline

PIPELINE = Pipeline(
    id="crm_1", name="CRM ${1}", catalog="main", schema="bronze", channel="CURRENT", continuous=False, development=True,
    tags={"team": "data", "cost": "%{x}"}, cluster=None, run_as=None, connection="crm_connection", file="/Shared/crm/crm_1.py",
    managed=(), code="", wheels=(), environment_version=None, budget_policy_id=None, notified=(), protected=True, waiting=False,
)  # fmt: skip
