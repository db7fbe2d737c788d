"""A cell's output: no secret is in it, and what the user is to mend ends it in plain words."""

from __future__ import annotations

import pytest

from headgate.notebook.advice import in_cells
from headgate.notebook.cells import Output, StoppedError, cell
from headgate.problems import InputError, Problem

SECRET = "p4ss-of-the-plant"  # noqa: S105  # made up


class Careless:
    """Cells that repeat what they were told."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.output = Output(self.pages.append)
        self.output.hide([SECRET])

    @cell
    def show(self) -> None:
        self.output.say(f"logged in with {SECRET}")
        self.output.page(f"<p>{SECRET}</p>")

    @cell
    def fail(self) -> None:
        raise InputError([Problem(f"{SECRET} is wrong", "mend it", "a.yaml", 3), Problem("and this")])

    @cell
    def break_off(self) -> None:
        raise PermissionError(13, "Permission denied", "a.csv")


def test_a_secret_is_masked_in_texts_pages_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    one = Careless()
    one.show()
    with pytest.raises(StoppedError) as stopped:
        one.fail()

    assert capsys.readouterr().out == "logged in with ***\n"
    assert one.pages == ["<p>***</p>"]
    assert stopped.value._render_traceback_() == ["a.yaml:3: *** is wrong", "    mend it", "and this"]
    assert stopped.value.__suppress_context__


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            "run `headgate balance osipi`, look at what moves, and commit layout.lock",
            "run the cell `pi.balance()`, look at what moves",
        ),
        ("run `headgate generate bundle osipi`", "run the cell `pi.generate()`"),
        ("`headgate handover osipi` says the steps", "`headgate handover osipi` says the steps"),
    ],
)
def test_what_the_command_line_advises_is_said_as_cells(told: str, said: str) -> None:
    assert in_cells(told) == said


def test_what_the_system_refuses_is_told_likewise() -> None:
    with pytest.raises(StoppedError, match=r"a\.csv: can't be used: Permission denied"):
        Careless().break_off()
