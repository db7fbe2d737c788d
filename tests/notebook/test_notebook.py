"""The notebook, run cell by cell as an operator does: what it shows, what it writes, and when it deploys."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64decode
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from headgate.clients.bundle_command import BundleCommand
from headgate.layout.lock import read_lock
from headgate.problems import HeadgateError
from tests.connectors.osipi.authority import Authority
from tests.emit.bundle.merged import in_target
from tests.notebook.conftest import SECRET, TAGS
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal

if TYPE_CHECKING:
    from tests.notebook.conftest import Notebook
    from tests.workspace.workspace import Workspace

FOLDER = Path("headgate-osipi")
CONNECTOR = FOLDER / "connectors" / "osipi"
STEPS = ("access", "discover", "slice", "balance", "check", "generate", "review", "deploy")


def words(review: str) -> str:
    """Give the words that agree to a review."""
    found = re.search(r"run the last cell: (.+)", review)
    assert found, review
    return found[1]


def sliced() -> dict[str, set[str]]:
    """Give table → the tags that it reads, by the inventory."""
    with (CONNECTOR / "tables.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source_table"] == "pi_timeseries"]
    names = [row["destination_table"] or row["source_table"] for row in rows]
    tags = [set(json.loads(row["table_options_json"])["tag_webids"].split(",")) for row in rows]
    return dict(zip(names, tags, strict=True))


def pipelines() -> dict[str, str]:
    """Give table → its pipeline, by the lock."""
    layout = read_lock(CONNECTOR / "layout.lock", "osipi")
    assert layout
    return {placement.table.table: placement.pipeline for placement in layout.tables}


def written() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture
def small(notebook: Notebook, pi_server20: str) -> Notebook:
    """The notebook on twenty tags, five a pipeline."""
    notebook.fill_in(server=pi_server20, tags_per_pipeline="5")
    return notebook


class TestAPlantOf1040Tags:
    @pytest.mark.long
    def test_it_goes_from_the_server_to_eleven_pipelines(self, notebook: Notebook, workspace: Workspace) -> None:
        shown = notebook.run_all()

        assert tuple(shown) == STEPS
        assert "Unit00.Flow.000000" in shown["access"]
        assert "10 tags read from" in shown["access"]
        assert "discovered.csv: 39 tables" in shown["discover"]
        assert f"pi_timeseries: {TAGS:,} tag_webids in 11 slices" in shown["slice"]
        assert "osipi: 11 tables, 11 pipelines, 1 stack" in shown["balance"]
        assert "osipi: 11 tables, 1 stack, fine" in shown["check"]
        assert "headgate-osipi/bundle/databricks.yml written" in shown["generate"]
        assert "11 tables added; 11 pipelines created" in shown["review"]
        assert [page.count("<html") for page in notebook.pages] == [1, 1]
        # All cells were run, and nobody agreed: the workspace was not even asked.
        assert "nothing was deployed yet" in shown["deploy"]
        assert workspace.log == []

        notebook.fill_in(deploy=words(shown["review"]))
        said = notebook.run("deploy")

        assert "connection dev_osipi_connection made" in said
        assert "git folder /Shared/headgate/src/dev/osipi/code made" in said
        assert "deployed to dev: 11 pipelines" in said
        assert len(workspace.pipelines) == len(workspace.jobs) == 11
        assert sum(len(tags) for tags in sliced().values()) == TAGS
        for one in workspace.pipelines.values():
            text = workspace.things[one.spec["libraries"][0]["file"]["path"].removeprefix("/Workspace")].content
            assert b"'connection_name': 'dev_osipi_connection'" in b64decode(text)
            assert one.spec["root_path"] == "/Workspace/Shared/headgate/src/dev/osipi/code/src"
        assert len(json.loads((CONNECTOR / "deployed.dev.json").read_text())["ids"]) >= 22

        before, calls = written(), len(workspace.log)
        again = {**notebook.run_to("review"), "deploy": notebook.run("deploy")}

        assert "nothing is to be deployed to dev" in again["deploy"]
        assert "every file is up to date already" in again["generate"]
        assert len(workspace.log) == calls
        assert {path for path, data in written().items() if before.get(path) != data} <= CHANGING


# What a second run may write anew: the rates of the tags have changed with the time, and what shows them.
CHANGING = {str(FOLDER / name) for name in ("tags.csv", "balance.html", "review.html", "review.json")} | {
    str(CONNECTOR / name) for name in ("tables.csv", "layout.lock")
}


class TestAskingBeforeADeploy:
    def test_the_words_of_another_review_deploy_nothing(self, small: Notebook, workspace: Workspace) -> None:
        small.run_to("balance")
        before = words(small.run("review"))
        small.fill_in(deploy=before, tags_per_pipeline="4")
        small.run_to("balance")
        said = small.run("deploy")

        assert f"the widget Deploy says '{before}', which is not this review" in said
        assert words(said) != before
        assert workspace.log == []

    @pytest.mark.long
    def test_files_that_were_not_generated_since_are_not_deployed(self, small: Notebook, workspace: Workspace) -> None:
        small.run_to("generate")
        small.fill_in(schedule="0 0 2 * * ?")
        small.run("balance")
        small.fill_in(deploy=words(small.run("review")))

        said = small.stopped("deploy")

        assert said == ("headgate-osipi/bundle is not of the files as they are\n    generate the bundle again, and review it")
        assert workspace.log == []

    @pytest.mark.long
    def test_what_would_destroy_a_pipeline_of_another_folder_is_refused(self, small: Notebook, workspace: Workspace) -> None:
        small.fill_in(deploy=words(small.run_to("review")["review"]))
        small.run("deploy")
        small.fill_in(folder="another", tags_per_pipeline="10")
        small.fill_in(deploy=words(small.run_to("review")["review"]))

        said = small.stopped("deploy")

        assert "the deploy would destroy what this folder does not know: osipi_time_series_append_3, osipi_time" in said
        assert "the bundle was deployed from another folder: go on there" in said
        assert len(workspace.pipelines) == 4

    @pytest.mark.long
    def test_a_deploy_that_broke_off_goes_on_from_there(self, small: Notebook, workspace: Workspace) -> None:
        small.fill_in(deploy=words(small.run_to("review")["review"]))
        workspace.add(Fault("POST", "*/jobs/create", then=refusal(403, "PERMISSION_DENIED", "no")))

        assert "`databricks bundle deploy -t dev` failed" in small.stopped("deploy")

        said = small.run("deploy")
        assert "connection dev_osipi_connection brought up to date" in said
        assert "deployed to dev: 4 pipelines" in said
        assert len(workspace.repos) == 1

    @pytest.mark.long
    def test_without_the_command_line_a_person_deploys_and_the_notebook_records(
        self, small: Notebook, workspace: Workspace
    ) -> None:
        cli = small.dbutils.widgets.get("databricks_cli")
        small.fill_in(databricks_cli="no-such-program", deploy=words(small.run_to("review")["review"]))
        assert "there is no program no-such-program, by which the bundle is deployed" in small.stopped("deploy")
        assert workspace.pipelines == {}

        assert "connection dev_osipi_connection made" in small.call("connect")
        run = f"cd {FOLDER}/bundle && {cli} bundle deploy -t dev && {cli} bundle summary -t dev -o json > ../summary.dev.json"
        small.shell(run)
        assert "recorded in dev: 4 pipelines" in small.call("record")
        assert "nothing is to be deployed to dev" in small.run("review")


class TestLaterRuns:
    def test_fewer_tags_a_pipeline_keep_every_table_and_move_the_surplus_alone(self, small: Notebook) -> None:
        small.run_to("balance")
        before, where = sliced(), pipelines()
        small.fill_in(tags_per_pipeline="3")
        small.run_to("balance")

        after = sliced()
        stayed = sum(len(tags & after[name]) for name, tags in before.items())
        assert len(after) == 7
        assert stayed == 3 * 4
        assert sum(map(len, after.values())) == 20
        assert {name: pipelines()[name] for name in where} == where

    @pytest.mark.long
    def test_of_deployed_ones_the_review_says_it(self, small: Notebook, workspace: Workspace) -> None:
        small.fill_in(deploy=words(small.run_to("review")["review"]))
        small.run("deploy")
        ids = set(workspace.pipelines)
        small.fill_in(tags_per_pipeline="3")
        review = small.run_to("review")["review"]
        small.fill_in(deploy=words(review))
        small.run("deploy")

        assert "dev: nothing would be lost" in review
        assert "3 tables added" in review
        assert "4 tables changed" in review
        assert ids < set(workspace.pipelines)
        assert len(workspace.pipelines) == 7

    @pytest.mark.long
    def test_more_tags_a_pipeline_move_none(self, small: Notebook) -> None:
        small.run_to("balance")
        before, where = sliced(), pipelines()
        small.fill_in(tags_per_pipeline="20")
        small.run_to("balance")

        assert (sliced(), pipelines()) == (before, where)

    def test_tags_that_come_later_go_where_there_is_room_and_then_into_a_new_pipeline(
        self, small: Notebook, pi_server: str
    ) -> None:
        small.fill_in(tags_per_pipeline="6")
        small.run_to("balance")
        before, where = sliced(), pipelines()
        small.fill_in(server=pi_server, tag_filter="Unit00.*")
        small.run_to("balance")

        after = sliced()
        assert all(tags <= after[name] for name, tags in before.items())
        assert len(before) < len(after)
        assert sum(map(len, after.values())) == len((FOLDER / "tags.csv").read_text().splitlines())
        assert {name: pipelines()[name] for name in where} == where

    def test_another_schedule_keeps_the_pipelines(self, small: Notebook) -> None:
        small.run_to("balance")
        where = pipelines()
        small.fill_in(schedule="0 0 2 * * ?")
        shown = small.run_to("balance")

        assert pipelines() == where
        assert "at 02:00 every day" in shown["balance"]
        assert 'append: "quartz: 0 0 2 * * ?"' in (CONNECTOR / "connector.yaml").read_text()

    @pytest.mark.long
    def test_what_a_person_wrote_into_the_definition_stays(self, small: Notebook) -> None:
        small.run_to("balance")
        file = CONNECTOR / "connector.yaml"
        file.write_text(file.read_text().replace("balance:\n", "balance:  # ours\n  tolerance: 0.1\n"))
        small.fill_in(schema="silver")
        small.run_to("balance")

        text = file.read_text()
        assert "balance:  # ours\n  tolerance: 0.1\n" in text
        assert "  schema: silver\n" in text

    @pytest.mark.long
    def test_another_schema_is_refused_once_tables_are_deployed(self, small: Notebook) -> None:
        small.fill_in(deploy=words(small.run_to("review")["review"]))
        small.run("deploy")
        before = written()
        small.fill_in(schema="silver", catalog="plant")

        said = small.stopped("discover")

        assert "Schema: is 'silver', and the tables that were deployed are in 'bronze'" in said
        assert "Catalog: is 'plant', and the tables that were deployed are in 'dev_main'" in said
        assert written() == before

    def test_a_target_is_not_deployed_onto_the_tables_of_another(self, small: Notebook) -> None:
        small.run_to("balance")
        ids = {"databricks_pipeline.time_series_append_1": "1"}
        (CONNECTOR / "deployed.dev.json").write_text(json.dumps({"format": 1, "ids": ids, "by": "bundle"}))
        before = written()
        small.fill_in(target="prod")

        said = small.stopped("review")

        assert said == (
            "Catalog: dev is deployed; prod and dev both have dev_main.bronze.pi_timeseries and 3 more tables: a table belongs "
            "to one pipeline, and that of the other target fails\n"
            "    each target has a catalog of its own: name another one for prod"
        )
        assert written() == before
        small.fill_in(catalog="plant")
        assert "osipi: 4 tables, 4 pipelines, 1 stack" in small.run("balance")

    def test_a_slice_whose_tags_are_all_gone_is_told_until_its_row_is_deleted(self, small: Notebook) -> None:
        small.run_to("balance")
        small.fill_in(tag_filter="*.000000")
        small.run("slice")
        small.run("balance")
        said = small.run("check")

        assert re.search(r"warning: \d tables? (is|are) marked gone in the inventory and still read \(pi_timeseries", said)
        assert set(pipelines()) == set(sliced())


class TestOtherSettings:
    def test_streaming_pipelines_run_without_a_schedule(self, small: Notebook) -> None:
        small.fill_in(mode="streaming", target="prod", schedule="", catalog="plant")
        review = small.run_to("review")["review"]

        bundle = in_target(FOLDER / "bundle", "prod")["resources"]
        assert [one["continuous"] for one in bundle["pipelines"].values()] == [True] * 4
        assert {one["catalog"] for one in bundle["pipelines"].values()} == {"plant"}
        assert "jobs" not in bundle
        assert words(review).startswith("prod ")

        small.fill_in(mode="batch", schedule="*/30 * * * *")
        shown = small.run_to("generate")
        assert "every 30 minutes" in shown["balance"]
        assert len(in_target(FOLDER / "bundle", "prod")["resources"]["jobs"]) == 4

    @pytest.mark.long
    def test_deployed_pipelines_change_to_streaming_and_back(self, small: Notebook, workspace: Workspace) -> None:
        found = []
        for mode in ("batch", "streaming", "batch"):
            small.fill_in(mode=mode, target="prod")
            small.fill_in(deploy=words(small.run_to("review")["review"]))
            small.run("deploy")
            continuous = {one.spec["continuous"] for one in workspace.pipelines.values()}
            found.append((set(workspace.pipelines), continuous, len(workspace.jobs)))

        ids = found[0][0]
        assert len(ids) == 4
        assert found == [(ids, {False}, 4), (ids, {True}, 0), (ids, {False}, 4)]
        assert "nothing is to be deployed to prod" in small.run("review")

    @pytest.mark.long
    def test_other_tables_are_taken_beside_and_stay(self, small: Notebook) -> None:
        small.fill_in(tables="pi_points, pi_timeseries")
        assert "tables.csv: pi_points, pi_timeseries" in small.run_to("balance")["discover"]
        small.fill_in(tables="pi_timeseries")

        assert "in the layout already, so they stay: pi_points" in small.run("discover")

    def test_a_login_by_the_secret_of_a_scope(self, small: Notebook, guarded_server: str, workspace: Workspace) -> None:
        small.log_in(guarded_server, SECRET)
        shown = [small.run("access"), *small.run_to("balance").values(), small.call("connect")]

        assert "10 tags read" in shown[0]
        options = workspace.connections["dev_osipi_connection"].info["options"]
        assert options["client_secret"] == SECRET
        assert options["client_id"] == "reader"
        assert SECRET not in "".join([*shown, *small.pages])
        assert not [path for path, data in written().items() if SECRET.encode() in data]

    def test_a_new_secret_is_sent_to_the_connection(self, small: Notebook, guarded_server: str, workspace: Workspace) -> None:
        small.log_in(guarded_server, SECRET)
        small.run("discover")
        small.call("connect")
        small.log_in(guarded_server, fresh := SECRET[::-1])

        assert "connection dev_osipi_connection brought up to date" in small.call("connect")
        assert workspace.connections["dev_osipi_connection"].info["options"]["client_secret"] == fresh


class TestWhatTheOperatorMends:
    def test_all_that_is_wrong_with_the_widgets_is_told_at_once(self, small: Notebook) -> None:
        small.fill_in(schedule="every day", tags_per_pipeline="none", catalog="", server="pi", user="reader")

        said = small.stopped("access")

        assert "Tags per pipeline: is 'none'\n    give a whole number from 1 to 100,000" in said
        assert "Schedule: " in said
        assert "Catalog: '' is empty" in said
        assert "Server address: is 'pi'\n    such as https://pi.example.com/piwebapi; the login has widgets of its own" in said
        assert "Secret scope: is empty, and a login is named" in said
        assert not FOLDER.exists()

    @pytest.mark.parametrize(
        ("widget", "value", "said"),
        [
            ("tags_per_pipeline", "000000001999999", "Tags per pipeline: is '000000001999999'"),
            ("tags_per_pipeline", "9" * 5000, "Tags per pipeline: is '9999"),
            ("token_url", "nonsense", "Token endpoint: is 'nonsense'"),
            ("folder", "~/x", "Folder: is '~/x', and ~ is not resolved here"),
            ("folder", "a\0b", r"Folder: 'a\x00b' holds a character that can't be seen"),
            ("ca_file", "a\0b", r"Certificate authority: 'a\x00b' holds a character that can't be seen"),
            ("schema", "Information_Schema", "Schema: 'Information_Schema' is the catalog's own"),
            ("schema", "${oops}", "Schema: '${oops}' holds ${oops}, which a bundle would resolve"),
            ("catalog", "${var.x}", "Catalog: '${var.x}' holds"),
            ("tables", "ALL, pi_timeseries", "Tables: is 'ALL, pi_timeseries'\n    say all alone"),
        ],
    )
    def test_a_widget_that_is_wrong_is_named(self, small: Notebook, widget: str, value: str, said: str) -> None:
        small.fill_in(**{widget: value})

        assert small.stopped("access").startswith(said)
        assert not FOLDER.exists()

    def test_all_tables_in_capitals(self, small: Notebook) -> None:
        small.fill_in(tables="ALL")

        assert "pi_points" in small.run("discover")

    def test_zeros_before_a_number(self, small: Notebook) -> None:
        small.fill_in(tags_per_pipeline="0" * 5000 + "5")
        small.run("discover")

        assert "20 tag_webids in 4 slices" in small.run("slice")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "holds no certificate"),
            ("root:x:0:0:canary:/root", "holds no certificate"),
            ("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n", "holds a private key"),
            ("-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n", "holds a certificate that can't be read"),
        ],
    )
    def test_a_file_without_certificates_goes_nowhere(self, small: Notebook, tmp_path: Path, text: str, said: str) -> None:
        file = tmp_path / "ca.pem"
        file.write_text(text)
        small.fill_in(ca_file=str(file))

        told = small.stopped("access")

        assert told.startswith(f"{file}: Certificate authority: {said}\n")
        assert "canary" not in told
        assert not FOLDER.exists()

    def test_of_a_file_with_certificates_these_alone_are_taken(self, small: Notebook, tmp_path: Path) -> None:
        file = tmp_path / "ca.pem"
        pem = Authority(tmp_path, "plant").file.read_text()
        file.write_text("canary\r\n" + pem.replace("\n", "\r\n") + "canary\n")
        small.fill_in(ca_file=str(file))
        small.run("access")

        text = (CONNECTOR / "connector.yaml").read_text()
        assert pem.splitlines()[1] in text
        assert "canary" not in text

    @pytest.mark.parametrize(
        ("program", "said"),
        [
            ("false", "false ended with 1 and said nothing: is it the Databricks CLI?"),
            ("/usr", "/usr is a folder, not the program by which"),
        ],
    )
    def test_a_program_that_is_not_the_command_line(self, tmp_path: Path, program: str, said: str) -> None:
        with pytest.raises(HeadgateError) as refused:
            BundleCommand(program, tmp_path, {}, str)

        assert said in str(refused.value)

    @pytest.mark.parametrize("schedule", ["61 * * * *", "0 0 25 * * ?", "quartz: nonsense", "0 0 31 2 *"])
    def test_a_wrong_schedule(self, small: Notebook, schedule: str) -> None:
        small.fill_in(schedule=schedule)

        assert small.stopped("discover").startswith("Schedule: ")

    def test_a_server_that_nobody_reaches(self, small: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
        from connectors.osipi.client import PiClient  # noqa: PLC0415  # what waits between tries

        defaults = {**(PiClient.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
        monkeypatch.setattr(PiClient.__init__, "__kwdefaults__", defaults)
        small.fill_in(server="http://127.0.0.1:9/piwebapi")

        said = small.stopped("access")

        assert said.startswith("the PI server can't be read: ")
        assert "the connection failed" in said
        assert "Traceback" not in said

    @pytest.mark.parametrize(
        "address", ["https://reader:secret-1@pi/piwebapi", "https://pi/piwebapi?token=secret-1", "https://["]
    )
    def test_an_address_that_is_none_or_holds_a_login(self, small: Notebook, address: str) -> None:
        small.fill_in(server=address)

        said = small.stopped("access")

        assert said.startswith("Server address: ")
        assert "secret-1" not in said

    def test_a_scope_that_has_no_such_secret(self, small: Notebook, pi_server20: str) -> None:
        small.log_in(pi_server20, SECRET)
        small.dbutils.secrets.values.clear()

        assert small.stopped("access").startswith("the secret scope 'pi' gives no 'client_secret' (ValueError)")

    def test_a_wrong_secret(self, small: Notebook, guarded_server: str) -> None:
        small.log_in(guarded_server, wrong := SECRET[::-1])

        said = small.stopped("access")

        assert "the PI server can't be read: PI Web API answered 401: the token endpoint gave no token" in said
        assert wrong not in said

    def test_a_table_that_the_server_has_not(self, small: Notebook) -> None:
        small.fill_in(tables="pi_timeserie")

        assert "Tables: 'pi_timeserie' is no table of OSI PI\n    did you mean 'pi_timeseries'?" in small.stopped("discover")

    def test_cells_that_are_run_out_of_order(self, small: Notebook) -> None:
        assert "run the cell `pi.balance()`" in small.stopped("check")
        assert "pi_timeseries: 20 tag_webids in 4 slices" in small.run("slice")
        assert "osipi: 4 tables, 4 pipelines, 1 stack" in small.run("balance")

    @pytest.mark.long
    def test_files_of_the_folder_that_are_lost(self, small: Notebook) -> None:
        small.fill_in(deploy=words(small.run_to("review")["review"]))
        small.run("deploy")
        kept = FOLDER / "deployed" / "dev" / "connectors" / "osipi" / "layout.lock"
        lock = (CONNECTOR / "layout.lock").read_bytes()
        (CONNECTOR / "layout.lock").unlink()

        assert "is missing, and osipi is deployed to dev by it" in small.stopped("balance")
        assert kept.read_bytes() == lock

        (CONNECTOR / "layout.lock").write_bytes(lock)
        rmtree(FOLDER / "deployed")
        small.fill_in(deploy=words(small.run("review")))
        assert "nothing is deployed: data would be lost in dev" in small.stopped("deploy")
        small.call("record")
        assert "nothing is to be deployed to dev" in small.run("review")

    def test_a_folder_that_goes_with_the_cluster(self, small: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "16.4")

        said = small.stopped("access")

        assert "on the cluster's own disk, which is gone when it ends" in said
        assert not FOLDER.exists()

    @pytest.mark.long
    def test_a_generated_file_that_somebody_changed_stays(self, small: Notebook) -> None:
        small.run_to("generate")
        file = FOLDER / "bundle" / "databricks.yml"
        file.write_text(file.read_text() + "# mine\n")
        small.fill_in(schema="silver")
        small.run("discover")
        small.run("balance")

        said = small.stopped("generate")

        assert "these files say something else: databricks.yml" in said
        assert file.read_text().endswith("# mine\n")
