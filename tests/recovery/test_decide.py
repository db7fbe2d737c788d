"""What no state has, and what that is: found by tags, told by name, and never what was left behind on purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.deployment.tags import Tag
from headgate.problems import InputError
from headgate.recovery.decide import Known, findings_in
from headgate.recovery.execute import RecoveryChoice, chosen
from headgate.recovery.expected import expected_in
from headgate.recovery.model import CATALOG, CONNECTION, GIT_FOLDER, JOB, PIPELINE, SCHEMA, Expected, RecoveryFinding, Thing
from headgate.recovery.workspace import name_prefix
from headgate.render.recovery import finding_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

A, B = Tag("crm", "dev", "a_1"), Tag("crm", "dev", "b_1")
ODD = "dev\x1b[31m\n\u202e\x9bx"
PIPE = Expected(f"{PIPELINE}.a_1", "crm-dev-1", "dev_crm_a_1", A)
RUN = Expected(f"{JOB}.a_1", "crm-dev-1", "dev_crm_a_1", A)
MADE_SCHEMA = Expected(f"{SCHEMA}.crm", "crm-dev-shared", "main.Bronze", Tag("crm", "dev", "crm"))
LINK = Expected(f"{CONNECTION}.crm", "crm-dev-shared", "crm_connection")
EVERY = (PIPE, RUN, MADE_SCHEMA, LINK)


def pipeline(id_: str = "p1", tag: Tag | None = A, name: str = PIPE.name) -> Thing:
    return Thing(PIPELINE, id_, name, tag)


def job(id_: str = "1", tag: Tag | None = A, name: str = RUN.name, made: int = 0) -> Thing:
    return Thing(JOB, id_, name, tag, "every day at 02:00 (UTC)", made)


def found(
    *things: Thing, ids: Mapping[str, str] | None = None, expected: tuple[Expected, ...] = EVERY
) -> list[RecoveryFinding]:
    return findings_in(expected, Known(ids or {}), things, "crm", "dev")


def told(*things: Thing, **more: Any) -> list[tuple[str, str, str]]:
    return [(one.kind, one.address, one.thing.id) for one in found(*things, **more)]


def test_what_carries_the_tags_and_no_state_has_is_ours() -> None:
    assert told(pipeline(), job()) == [("ours", RUN.address, "1"), ("ours", PIPE.address, "p1")]
    schema = Thing(SCHEMA, "main.bronze", "main.bronze", MADE_SCHEMA.tag)
    assert told(schema) == [("ours", MADE_SCHEMA.address, "main.bronze")]


def test_what_a_state_has_is_no_finding() -> None:
    assert told(pipeline(), job(), ids={PIPE.address: "p1", RUN.address: "1"}) == []


def test_a_pipeline_that_another_stack_has_is_no_finding() -> None:
    there = replace(PIPE, stack="crm-dev-2")

    assert told(pipeline(), ids={PIPE.address: "p1"}, expected=(there,)) == []


def test_what_lacks_the_tags_is_only_told_of() -> None:
    ones = (pipeline(tag=None), Thing(CONNECTION, "m|crm_connection", "CRM_Connection"))

    assert told(*ones) == [("unmarked", PIPE.address, "p1"), ("unmarked", LINK.address, "m|crm_connection")]
    assert chosen(found(*ones)) == RecoveryChoice()


@pytest.mark.parametrize("owner", [Tag("crm", "prod", "a_1"), Tag("erp", "dev", "a_1")])
def test_a_name_that_anothers_pipeline_has_is_not_taken_over(owner: Tag) -> None:
    assert told(pipeline(tag=owner)) == [("foreign", PIPE.address, "p1")]
    with pytest.raises(InputError):
        chosen(found(pipeline(tag=owner)), imports=[PIPE.address])


def test_jobs_of_another_target_with_the_same_name_are_none_of_ours() -> None:
    assert told(job(tag=Tag("crm", "prod", "a_1"))) == []


def test_a_second_job_is_doubled_and_the_states_own_is_never_the_one_to_go() -> None:
    for ids in ({RUN.address: "1"}, {RUN.address: "2"}):
        (one,) = found(job("1", made=1), job("2", made=2), ids=ids)

        assert (one.kind, one.sure) == ("doubled", True)
        assert one.kept
        assert one.kept.id == ids[RUN.address] != one.thing.id
        assert chosen([one]).deletions == (one,)


def test_of_several_jobs_without_a_state_the_oldest_is_taken_over() -> None:
    findings = found(job("7", made=3), job("9", made=1), job("8", made=2))

    assert [(one.kind, one.thing.id) for one in findings] == [("ours", "9"), ("doubled", "7"), ("doubled", "8")]


@pytest.mark.parametrize("copy", [job("2", name="Clone of dev_crm_a_1"), job("2", tag=None)])
def test_a_job_that_a_person_may_have_made_is_deleted_only_when_named(copy: Thing) -> None:
    findings = found(job(), copy, ids={RUN.address: "1"})

    assert [(one.kind, one.thing.id, one.sure) for one in findings] == [("doubled", "2", False)]
    assert not chosen(findings)
    assert chosen(findings, deletions=["2"]).deletions == tuple(findings)


def test_of_two_pipelines_with_the_tags_a_person_names_the_one() -> None:
    findings = found(pipeline("p1"), pipeline("p2"))

    assert [one.kind for one in findings] == ["unclear", "unclear"]
    assert not chosen(findings)
    assert [one.thing.id for one in chosen(findings, imports=[f"{PIPE.address}=p2"]).imports] == ["p2"]
    with pytest.raises(InputError, match="p1"):
        chosen(findings, imports=[PIPE.address])


@pytest.mark.parametrize("copy", [job("2", name="Clone of dev_crm_a_1"), pipeline("2", name="dev_crm_a_1 copy")])
def test_a_copy_keeps_the_tags_and_is_taken_over_only_when_a_person_names_it(copy: Thing) -> None:
    findings, address = found(copy), f"{copy.kind}.a_1"

    assert [(one.kind, one.address) for one in findings] == [("unclear", address)]
    assert not chosen(findings)
    assert chosen(findings, imports=[f"{address}=2"]).imports == tuple(findings)


@pytest.mark.parametrize("make", [job, pipeline])
def test_of_a_copy_and_what_an_apply_made_the_name_says_which_is_ours_however_old(make: Callable[..., Thing]) -> None:
    copy = replace(make("1", name="Clone of dev_crm_a_1"), made=1)
    made = replace(make("2"), made=2)
    findings = found(copy, made)

    assert [(one.kind, one.thing.id, one.sure) for one in findings] == [("ours", "2", False), ("doubled", "1", False)]
    assert chosen(findings) == RecoveryChoice(imports=(findings[0],))
    assert findings[1].kept == made


def test_what_another_name_prefix_has_with_the_same_tags_is_left_to_it() -> None:
    alices = (job("1", name="alice_crm_a_1", made=1), pipeline("p1", name="alice_crm_a_1"))

    assert not chosen(found(*alices))
    assert [one.thing.id for one in chosen(found(*alices, job("2"), pipeline("p2"))).imports] == ["2", "p2"]
    assert not chosen(found(*alices, job("2"), pipeline("p2"), ids={RUN.address: "2", PIPE.address: "p2"}))


def test_a_schema_is_known_by_its_name_in_whatever_capitals() -> None:
    assert not chosen(found(Thing(SCHEMA, "main.silver", "main.silver", MADE_SCHEMA.tag)))
    assert chosen(found(Thing(SCHEMA, "main.bronze", "main.bronze", MADE_SCHEMA.tag)))


@pytest.mark.parametrize("things", [(job(), job("2", name=ODD)), (job("2", name=ODD), pipeline("3", name=ODD))])
def test_names_that_anybody_gave_reach_no_terminal_as_they_are(things: tuple[Thing, ...]) -> None:
    findings = found(*(replace(thing, starts=f"at noon ({ODD})") for thing in things), ids={PIPE.address: "p1"})
    said = [finding_text(one, RecoveryChoice()) for one in findings]

    assert said
    assert not any(sign in text for text in said for sign in "\x1b\u202e\x9b")
    assert all(text.count("\n") == 1 for text in said)


def test_a_doubled_pipeline_is_told_of_and_can_not_be_deleted() -> None:
    findings = found(pipeline("p1"), pipeline("p2", name="other"), ids={PIPE.address: "p1"})

    assert [(one.kind, one.thing.id) for one in findings] == [("doubled", "p2")]
    assert not chosen(findings)
    with pytest.raises(InputError):
        chosen(findings, deletions=["p2"])


def test_pipelines_left_behind_on_purpose_are_no_findings() -> None:
    left = pipeline("p9", Tag("crm", "dev", "gone_1"), "dev_crm_gone_1")

    assert told(left) == []
    assert told(pipeline(), expected=()) == []  # a retired target declares nothing


def test_a_job_that_nothing_declares_any_more_is_told_of_and_deleted_when_named() -> None:
    findings = found(job("5", Tag("crm", "dev", "gone_1")), expected=())

    assert [(one.kind, one.address) for one in findings] == [("stray", f"{JOB}.gone_1")]
    assert not chosen(findings)
    assert chosen(findings, deletions=["5"]).deletions == tuple(findings)


def test_a_renamed_pipeline_is_known_by_the_id_that_it_had() -> None:
    now = Expected(f"{PIPELINE}.b_1", "crm-dev-1", "dev_crm_b_1", B, (PIPE.address,))

    assert told(pipeline(), expected=(now,)) == [("ours", now.address, "p1")]
    assert told(pipeline(), ids={PIPE.address: "p1"}, expected=(now,)) == []


def test_a_second_job_is_doubled_while_the_first_one_still_has_its_old_address() -> None:
    now = Expected(f"{JOB}.b_1", "crm-dev-1", "dev_crm_b_1", B, (RUN.address,))

    assert told(job("1"), job("2", tag=B), ids={RUN.address: "1"}, expected=(now,)) == [("doubled", now.address, "2")]


def test_what_is_gone_from_the_workspace_is_left_to_the_next_plan() -> None:
    assert told(job("2"), ids={RUN.address: "1"}) == []


@pytest.mark.parametrize("name", ["databricks_pipeline.b_1", "databricks_pipeline.a_1=p9", ""])
def test_a_name_that_fits_nothing_is_told_with_what_there_is(name: str) -> None:
    with pytest.raises(InputError, match=r"databricks_pipeline\.a_1=p1"):
        chosen(found(pipeline(tag=None)), imports=[name])


TAGS = st.sampled_from([None, A, B, Tag("crm", "prod", "a_1"), Tag("crm", "dev", "gone_1")])
THINGS = st.lists(
    st.builds(
        Thing,
        st.sampled_from([PIPELINE, JOB]),
        st.sampled_from("12345"),
        st.sampled_from([PIPE.name, "dev_crm_b_1", "other"]),
        TAGS,
        made=st.integers(0, 3),
    ),
    unique_by=lambda thing: (thing.kind, thing.id),
)
ADDRESSES = [f"{kind}.{name}" for kind in (PIPELINE, JOB) for name in ("a_1", "b_1", "gone_1")]


@given(THINGS, st.dictionaries(st.sampled_from(ADDRESSES), st.sampled_from("12345")))
def test_nothing_that_a_state_has_is_touched_and_no_address_gets_two(things: list[Thing], ids: dict[str, str]) -> None:
    more = (Expected(f"{PIPELINE}.b_1", "crm-dev-2", "dev_crm_b_1", B), Expected(f"{JOB}.b_1", "crm-dev-2", "dev_crm_b_1", B))
    findings = findings_in((*EVERY, *more), Known(ids), things, "crm", "dev")
    choice = chosen(findings)

    states = {(address.partition(".")[0], id_) for address, id_ in ids.items()}
    assert not states & {(one.thing.kind, one.thing.id) for one in findings}
    addresses = [one.address for one in choice.imports]
    assert len(addresses) == len(set(addresses))
    assert not set(addresses) & set(ids)
    assert all(one.thing.tag for one in (*choice.imports, *choice.deletions))
    assert {one.thing.kind for one in choice.deletions} <= {JOB}
    # What is deleted leaves one of it, which a state has or is about to.
    kept = states | {(one.thing.kind, one.thing.id) for one in choice.imports}
    assert all(one.kept and (one.kept.kind, one.kept.id) in kept for one in choice.deletions)


BODY: dict[str, Any] = {
    "resource": {
        "databricks_catalog": {"crm": {"name": "main", "properties": Tag("crm", "dev", "crm").as_tags()}},
        "databricks_schema": {
            "crm": {
                "catalog_name": "${databricks_catalog.crm.name}",
                "name": "bro$${nze}",
                "properties": Tag("crm", "dev", "crm").as_tags(),
            }
        },
        "databricks_connection": {"crm": {"name": "crm_connection"}, "mine": {"name": "another"}},
        "databricks_repo": {"crm": {"path": "/Shared/headgate/dev/crm/code"}},
        "databricks_job": {"a_1": {"name": "crm_a_1", "tags": A.as_tags()}, "catch_up": {"name": "mine"}},
        "databricks_workspace_file": {"a_1": {"path": "/x.py"}},
    },
    "moved": [{"from": "databricks_job.b_1", "to": "databricks_job.a_1"}],
}


def test_what_a_stack_declares_is_read_from_it_and_what_users_add_is_left_out() -> None:
    read = {one.address: one for one in expected_in({"crm-dev-shared": BODY}, "crm")}

    assert {address: one.name for address, one in read.items()} == {
        f"{CATALOG}.crm": "main",
        f"{SCHEMA}.crm": "main.bro${nze}",
        f"{CONNECTION}.crm": "crm_connection",
        f"{GIT_FOLDER}.crm": "/Shared/headgate/dev/crm/code",
        f"{JOB}.a_1": "crm_a_1",
    }
    assert read[f"{JOB}.a_1"].former == ("databricks_job.b_1",)


@pytest.mark.parametrize(
    ("names", "prefix"),
    [
        (("dev_CRM_a_1", "dev_CRM_b_1"), "dev_CRM_"),
        (("dev_CRM_a_1", "dev_CRM_Nightly"), "dev_CRM_"),
        (("dev_CRM_Nightly",), "dev_CRM_Nightly"),
    ],
)
def test_pipelines_are_asked_for_by_what_their_names_begin_with(names: tuple[str, ...], prefix: str) -> None:
    ones = [replace(PIPE, name=name, tag=replace(A, id=id_)) for name, id_ in zip(names, ("a_1", "b_1"), strict=False)]

    assert name_prefix(ones) == prefix
