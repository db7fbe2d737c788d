"""A connector's code is what lies in its folder: a link that leads out of it is refused, for it may lead to a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.definition.model import Definition
from headgate.problems import InputError
from headgate.project import Connector
from tests.support.samples import parts_of


@pytest.fixture
def crm(tmp_path: Path) -> Connector:
    """A connector whose code lies in `src`."""
    (tmp_path / "src" / "pack").mkdir(parents=True)
    (tmp_path / "src" / "pack" / "crm.py").write_text("X = 1\n")
    return Connector(tmp_path, Definition.model_validate(parts_of({"code": {"folder": "src"}})), (), None)


def test_links_out_of_the_folder_are_refused_all_at_once(crm: Connector, tmp_path: Path) -> None:
    secret = tmp_path / "secret.env"
    secret.write_text("CANARY")
    (tmp_path / "src" / "env.py").symlink_to("../secret.env")
    (tmp_path / "src" / "out.py").symlink_to("/etc/hostname")

    with pytest.raises(InputError) as refused:
        crm.code()

    assert [Path(problem.file).name for problem in refused.value.problems] == ["env.py", "out.py"]
    assert "CANARY" not in str(refused.value)


def test_a_link_within_the_folder_is_a_file_of_it(crm: Connector, tmp_path: Path) -> None:
    (tmp_path / "src" / "again.py").symlink_to("pack/crm.py")

    assert crm.code()["again.py"] == b"X = 1\n"
