"""No two resources of a bundle have one key, whatever their kind."""

from __future__ import annotations

from headgate.emit.bundle.keys import clashes, job_key, pipeline_key


def test_a_pipeline_called_as_anothers_job_is_told_with_both() -> None:
    keys = [(job_key("crm", "a"), "job 'a' of crm"), (pipeline_key("crm", "a_job"), "pipeline 'a_job' of crm")]
    (problem,) = clashes([*keys, (pipeline_key("crm", "a"), "pipeline 'a' of crm")])
    assert problem.message == "job 'a' of crm and pipeline 'a_job' of crm would both be 'crm_a_job' in the bundle"


def test_two_connectors_may_not_meet_in_one_key() -> None:
    assert pipeline_key("a", "b_1") != pipeline_key("a", "b_2")
    assert len(list(clashes([(pipeline_key("a", "b_c"), "one"), (pipeline_key("a_b", "c"), "other")]))) == 1
