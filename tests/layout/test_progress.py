"""What is on its way, until it is recorded as done in every target."""

import pytest

from headgate.layout.deployed import Deployed
from headgate.layout.model import Asked, Change, Layout, Left, Move, Pipeline, Placement, Retirement
from headgate.layout.observe import State, observe, state_of
from headgate.layout.progress import (
    named,
    pending,
    record_back,
    record_done,
    record_handover,
    rename_pipeline,
    retire_target,
    revive_target,
    without_needless_handovers,
)
from headgate.problems import InputError, RefusedError
from headgate.tables.ids import TableId

TARGETS = ("dev", "prod")
MOVING = Placement(TableId("t", "m.b.t"), "a_1", Move("b_1", {}))
STAYING = Placement(TableId("u", "m.b.u"), "b_1")


def layout_of(*tables: Placement, pipelines: tuple[Pipeline, ...] | None = None, left: tuple[Left, ...] = ()) -> Layout:
    both = (Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 1))
    return Layout("crm", Asked(None, 1), both if pipelines is None else pipelines, tables or (MOVING, STAYING), left)


def test_a_planned_move_leaves_the_files_as_they_are() -> None:
    assert MOVING.in_target("dev") == "a_1"
    assert [placement.table.source_table for placement in pending(layout_of(), "dev").planned] == ["t"]


@pytest.mark.parametrize(
    ("prod", "is_spared"),
    [
        (Deployed("prod"), True),
        (Deployed("prod", {"databricks_pipeline.b_1": "2"}, {TableId("u", "p.b.u"): "b_1"}), True),
        (Deployed("prod", {"databricks_pipeline.a_1": "1"}, {TableId("t", "P.b.t"): "a_1"}), False),
        (Deployed("prod", {"databricks_pipeline.a_1": "1"}), False),  # a record from before records told tables
        (Deployed("prod", {"databricks_pipeline.a_1": "1"}, {TableId("other", "p.b.other"): "a_1"}), True),
        (Deployed("prod", {"databricks_pipeline.old_1": "1"}), False),
    ],
)
def test_a_target_that_does_not_have_a_table_has_nothing_to_hand_over(prod: Deployed, is_spared: bool) -> None:
    pipelines = (Pipeline("a_1", "a", 1, renamed=Change("old_1", ("prod",))), Pipeline("b_1", "b", 1))
    dev = Deployed("dev", {"databricks_pipeline.a_1": "1"}, {MOVING.table: "a_1"})

    layout = without_needless_handovers(layout_of(pipelines=pipelines), {"dev": dev, "prod": prod}, {"dev": None, "prod": "p"})

    assert len(pending(layout, "dev").planned) == 1
    assert len(pending(layout, "prod").planned) == (0 if is_spared else 1)


def test_a_table_that_no_target_has_moves_at_once() -> None:
    layout = without_needless_handovers(layout_of(), {"dev": Deployed("dev")}, {"dev": None})

    assert layout.tables[0] == Placement(MOVING.table, "b_1")


def test_what_was_handed_over_is_still_to_be_applied() -> None:
    given = record_handover(layout_of(), "dev", [MOVING])

    assert without_needless_handovers(given, {"dev": Deployed("dev")}, {"dev": None}) == given


def test_a_handover_in_one_target_changes_only_its_files() -> None:
    layout = record_handover(layout_of(), "dev", [MOVING])

    assert layout.tables[0].in_target("dev") == "b_1"
    assert layout.tables[0].in_target("prod") == "a_1"


def test_a_move_ends_when_every_target_has_it_and_the_emptied_pipeline_leaves() -> None:
    layout = layout_of()
    for target in TARGETS:
        layout = record_handover(layout, target, pending(layout, target).planned)
        layout = record_done(layout, target, TARGETS, tables=pending(layout, target).handed_over)

    assert layout.tables == (Placement(MOVING.table, "b_1"), STAYING)
    assert layout.left == (Left("a_1", 1, TARGETS),)


def test_a_left_pipeline_is_forgotten_target_by_target_but_its_id_stays_taken() -> None:
    layout = layout_of(STAYING, pipelines=(Pipeline("b_1", "b", 1),), left=(Left("a_1", 1, TARGETS),))

    dev = record_done(layout, "dev", TARGETS, pipelines=["a_1"])
    both = record_done(dev, "prod", TARGETS, pipelines=["a_1"])

    assert pending(dev, "prod").left == ("a_1",)
    assert both.left == (Left("a_1", 1, ()),)


def test_a_renamed_pipeline_keeps_its_tables_and_remembers_its_old_id() -> None:
    layout = rename_pipeline(layout_of(STAYING), "b_1", "nightly", TARGETS)

    assert layout.tables[0].pipeline == "nightly"
    assert next(p for p in layout.pipelines if p.id == "nightly").renamed == Change("b_1", TARGETS)


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("b_2", "y", InputError, "there is no pipeline 'b_2'[\\s\\S]*did you mean 'b_1'"),
        ("b_1", "a_1", RefusedError, "the id 'a_1' was given before[\\s\\S]*choose one that no pipeline has or had"),
        ("b_1", "gone", RefusedError, "the id 'gone' was given before"),
        ("b_1", "old", RefusedError, "the id 'old' was given before"),
        ("b_1", "older", RefusedError, "the id 'older' was given before"),
        ("b_1", "B 1", InputError, "'B 1' can't be an id[\\s\\S]*use a-z, 0-9 and _"),
        ("a_1", "c", RefusedError, "pipeline 'a_1' still changes its stack or id[\\s\\S]*headgate record"),
    ],
)
def test_a_rename_that_can_not_be_is_refused(old: str, new: str, error: type[Exception], said: str) -> None:
    pipelines = (Pipeline("a_1", "a", 1, renamed=Change("old", ("dev",))), Pipeline("b_1", "b", 1))
    left = (Left("gone", 1, (), renamed=Change("older", ("dev",))),)

    with pytest.raises(error, match=said):
        rename_pipeline(layout_of(STAYING, pipelines=pipelines, left=left), old, new, TARGETS)


def test_a_change_that_is_applied_in_one_target_is_still_open_in_the_others() -> None:
    changing = Pipeline("b_1", "b", 2, restacked=Change("1", TARGETS), renamed=Change("old", TARGETS))
    layout = layout_of(STAYING, pipelines=(changing,))

    dev = record_done(layout, "dev", TARGETS, pipelines=["b_1"])

    assert (pending(dev, "dev").restacked, pending(dev, "dev").renamed) == ((), ())
    assert (pending(dev, "prod").restacked, pending(dev, "prod").renamed) == (("b_1",), ("b_1",))
    assert record_done(dev, "prod", TARGETS, pipelines=["b_1"]).pipelines == (Pipeline("b_1", "b", 2),)
    assert record_done(layout, "dev", TARGETS) == layout


def test_a_table_given_back_is_to_be_handed_over_again() -> None:
    given = record_handover(record_handover(layout_of(), "dev", [MOVING]), "prod", [MOVING])

    assert record_back(given, "dev", [MOVING]) == record_handover(layout_of(), "prod", [MOVING])
    assert record_back(given, "dev", [STAYING]) == given


@pytest.mark.parametrize(
    "layout",
    [
        layout_of(),
        record_handover(layout_of(), "dev", [MOVING]),
        layout_of(STAYING, left=(Left("gone", 1, ("dev",)),)),
        layout_of(STAYING, pipelines=(Pipeline("b_1", "b", 2, restacked=Change("1", ("dev",))),)),
        layout_of(STAYING, pipelines=(Pipeline("b_1", "b", 2, renamed=Change("old", ("dev",))),)),
        retire_target(layout_of(STAYING), "dev", "leave"),
    ],
    ids=["planned", "handed over", "left", "another stack", "another id", "retired"],
)
def test_anything_on_its_way_is_pending_in_its_target(layout: Layout) -> None:
    assert pending(layout, "dev")
    assert not pending(layout_of(STAYING), "dev")


def test_a_table_is_named_by_its_source_or_its_destination_in_the_target() -> None:
    users = Placement(TableId("users", "m.b.users"), "a_1", Move("b_1", {}))
    moving = [MOVING, users]

    assert named(["t"], moving, "is planned") == named(["m.b.t"], moving, "is planned") == [MOVING]
    assert named(["own.b.users", "t"], moving, "is planned", "own") == moving
    assert named(["u"], moving, "is planned", past=[STAYING]) == []
    with pytest.raises(InputError, match=r"no table 'user' is planned[\s\S]*did you mean 'users'"):
        named(["user"], moving, "is planned")
    with pytest.raises(InputError, match=r"no table 't' is planned[\s\S]*no table is"):
        named(["t"], [], "is planned")


def test_what_becomes_of_a_retired_targets_tables_is_kept_in_order() -> None:
    both = retire_target(retire_target(layout_of(STAYING), "prod", "drop"), "dev", "leave")

    assert both.retired == (Retirement("dev", "leave", done=False), Retirement("prod", "drop", done=False))
    assert retire_target(both, "prod", "leave").retired[1] == Retirement("prod", "leave", done=False)


def test_a_pipeline_with_moving_tables_is_not_renamed() -> None:
    with pytest.raises(RefusedError, match="on their way"):
        rename_pipeline(layout_of(), "b_1", "nightly", TARGETS)


def test_a_retired_target_holds_nothing_up() -> None:
    layout = retire_target(layout_of(), "dev", "leave")
    assert pending(layout, "dev").retired
    assert not pending(revive_target(layout, "dev"), "dev").retired

    gone = record_done(layout, "dev", TARGETS, retired=True)
    moved = record_done(record_handover(gone, "prod", [MOVING]), "prod", TARGETS, tables=[MOVING])

    assert moved.tables[0] == Placement(MOVING.table, "b_1")


def state(*names: str, files: dict[str, str] | None = None) -> State:
    ids = {f"databricks_pipeline.{name}": f"uuid-{name}" for name in names} | {
        f"databricks_job.{name}": f"job-{name}" for name in names
    }
    return State(ids, {f"databricks_workspace_file.{name}": content for name, content in (files or {}).items()})


def test_states_give_the_ids_to_record() -> None:
    _, deployed = observe(layout_of(STAYING), "dev", TARGETS, {0: State(), 1: state("a_1", "b_1")}, {}, Deployed("dev"))

    assert deployed.ids["databricks_pipeline.b_1"] == "uuid-b_1"
    assert sorted(deployed.pipelines) == ["a_1", "b_1"]


def test_states_show_what_left_and_what_did_not_yet() -> None:
    left = (Left("x_1", 1, TARGETS), Left("y_1", 1, TARGETS), Left("z_1", 2, TARGETS))
    layout = layout_of(STAYING, pipelines=(Pipeline("b_1", "b", 1),), left=left)

    done, _ = observe(layout, "dev", TARGETS, {1: state("b_1", "y_1")}, {}, Deployed("dev"))

    assert pending(done, "dev").left == ("y_1", "z_1")  # y_1 is still there, and the state of stack 2 was not read


def test_a_change_of_stack_is_done_when_one_state_has_it_and_the_other_has_not() -> None:
    moved = Pipeline("b_1", "b", 2, restacked=Change("1", TARGETS))
    layout = layout_of(STAYING, pipelines=(moved,))

    def after(states: dict[int, State]) -> bool:
        done, _ = observe(layout, "dev", TARGETS, states, {}, Deployed("dev"))
        return "b_1" not in pending(done, "dev").restacked

    assert after({1: state(), 2: state("b_1")})
    assert not after({1: state("b_1"), 2: state("b_1")})
    assert not after({1: state("b_1"), 2: state()})
    assert not after({2: state("b_1")})


def test_a_move_is_done_when_both_files_are_applied() -> None:
    layout = record_handover(layout_of(), "dev", [MOVING])
    expected = {"databricks_workspace_file.a_1": "without", "databricks_workspace_file.b_1": "with"}

    def open_moves(files: dict[str, str]) -> int:
        done, _ = observe(layout, "dev", TARGETS, {1: state("a_1", "b_1", files=files)}, expected, Deployed("dev"))
        return len(pending(done, "dev").handed_over)

    assert open_moves({"a_1": "with", "b_1": "without"}) == 1
    assert open_moves({"a_1": "without", "b_1": "without"}) == 1
    assert open_moves({"a_1": "without", "b_1": "with"}) == 0


def test_what_is_recorded_for_states_that_were_not_read_stays() -> None:
    known = Deployed("dev", {"databricks_pipeline.a_1": "old", "databricks_pipeline.b_1": "old"})
    pipelines = (Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 2))

    _, deployed = observe(layout_of(STAYING, pipelines=pipelines), "dev", TARGETS, {2: state("b_1")}, {}, known)

    assert deployed.ids["databricks_pipeline.a_1"] == "old"
    assert deployed.ids["databricks_pipeline.b_1"] == "uuid-b_1"


KNOWN = Deployed(
    "dev",
    {f"databricks_{kind}.b_1": f"id-{kind}" for kind in ("job", "pipeline", "workspace_file")},
    {STAYING.table: "b_1"},
    connection="0123",
)


def test_what_a_state_that_took_things_over_does_not_tell_stays_as_recorded() -> None:
    taken_over = {0: State({"databricks_connection.crm": "m|crm"}), 1: state("b_1")}

    _, deployed = observe(layout_of(STAYING), "dev", TARGETS, taken_over, {"databricks_workspace_file.b_1": "any"}, KNOWN)

    assert deployed.tables == {STAYING.table: "b_1"}
    assert deployed.ids["databricks_workspace_file.b_1"] == "id-workspace_file"
    assert deployed.connection == "0123"


def test_what_states_tell_goes_before_what_was_recorded() -> None:
    told = State({**state("b_1").ids, "databricks_workspace_file.b_1": "new"}, {"databricks_workspace_file.b_1": "no tables"})

    _, deployed = observe(layout_of(STAYING), "dev", TARGETS, {0: State(connection="4567"), 1: told}, {}, KNOWN)

    assert deployed.tables == {}
    assert deployed.ids["databricks_workspace_file.b_1"] == "new"
    assert deployed.connection == "4567"


def test_nothing_stays_recorded_of_a_file_that_no_pipeline_is_to_have_or_of_a_pipeline_that_is_gone() -> None:
    _, without_file = observe(layout_of(STAYING), "dev", TARGETS, {1: state("b_1")}, {}, KNOWN)
    expected = {"databricks_workspace_file.b_1": "any"}
    _, without_pipeline = observe(layout_of(STAYING), "dev", TARGETS, {1: State()}, expected, KNOWN)

    assert "databricks_workspace_file.b_1" not in without_file.ids
    assert (without_pipeline.ids, without_pipeline.tables) == ({}, {})


@pytest.mark.parametrize("shown", [None, [], {}, {"format_version": "1.0", "planned_values": {}}, {"format_version": "2.0"}])
def test_what_is_no_state_is_refused(shown: object) -> None:
    with pytest.raises(InputError, match="is not a state"):
        state_of(shown, "x.json")


def test_a_state_without_resources_is_empty() -> None:
    assert state_of({"format_version": "1.0"}, "x.json") == State()
