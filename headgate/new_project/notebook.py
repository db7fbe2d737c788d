"""The notebook for operators of OSI PI's connector, in Databricks' source format; and the widgets that it asks by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined

# Where the wheels of Headgate are looked for, unless the command says it.
WHEELS = "/Workspace/Shared/headgate/wheels"


@dataclass(frozen=True, slots=True)
class Widget:
    """One question of the notebook: a list to choose from where there are `choices`, else a line of text."""

    name: str
    label: str
    default: str = ""
    choices: tuple[str, ...] = ()

    @property
    def call(self) -> str:
        """The Python that makes it."""
        if self.choices:
            return f"dbutils.widgets.dropdown({_literals(self.name, self.default, list(self.choices), self.label)})"
        return f"dbutils.widgets.text({_literals(self.name, self.default, self.label)})"


# A notebook shows its widgets in the order of their labels.
WIDGETS = (
    Widget("mode", "01 Ingestion mode", "batch", ("batch", "streaming")),
    Widget("tags_per_pipeline", "02 Tags per pipeline", "100"),
    Widget("schedule", "03 Schedule (5 fields, or Quartz)", "*/15 * * * *"),
    Widget("catalog", "04 Catalog", "dev_main"),
    Widget("schema", "05 Schema", "bronze"),
    Widget("server", "06 Server address", "https://pi.example.com/piwebapi"),
    Widget("target", "07 Target", "dev", ("dev", "prod")),
    Widget("secret_scope", "08 Secret scope (empty: no login)"),
    Widget("user", "09 Client id, or user name"),
    Widget("token_url", "10 Token endpoint (for a client id)"),
    Widget("ca_file", "11 Certificate authority (a PEM file)"),
    Widget("tables", "12 Tables", "pi_timeseries"),
    Widget("tag_filter", "13 Tag names (with * and ?)"),
    Widget("folder", "14 Folder", "headgate-osipi"),
    Widget("databricks_cli", "15 Databricks CLI", "databricks"),
    Widget("deploy", "16 Deploy (what the review says)"),
)


def notebook_text(wheels: str = WHEELS) -> str:
    """Give the notebook, for this version of Headgate. wheels: the folder in the workspace, or volume, of its wheels."""
    environment = Environment(
        loader=PackageLoader("headgate.new_project"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # Python, whose values are literals
    )
    now = version("headgate")
    names = (f"headgate-{now}-py3-none-any.whl", f"headgate_osipi-{now}-py3-none-any.whl")
    paths = [f'"{wheels.rstrip("/")}/{name}"' for name in names]
    return environment.get_template("notebook.py.jinja").render(wheels=paths, widgets=WIDGETS)


def _literals(*values: object) -> str:
    return ", ".join(_literal(value) for value in values)


def _literal(value: object) -> str:
    """Give a literal as the formatter writes it: with double quotes."""
    if isinstance(value, list):
        return f"[{_literals(*value)}]"
    return f'"{value}"'
