"""What the databases were designed with: templates and their attributes, categories, sets, tables, units. Constants only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

INSTANCE = Literal["Element", "EventFrame"]
PI_POINT = "PI Point"
SPAN = 32  # attributes of one template at most, so that their numbers never change


@dataclass(frozen=True, slots=True)
class AttributeDesign:
    """An attribute of a template. `values` are those that its owners have; `parent` is the place of the one it is below.

    `moving`: it changes while an event frame runs. `varies` is how far a number may be from `values[0]`, in tenths of it.
    """

    name: str
    type: str
    values: tuple[Any, ...] = ()
    units: str = ""
    category: str = ""
    trait: str = ""
    parent: int = -1
    plugin: str = ""
    config: str = ""
    qualifier: str = ""
    description: str = ""
    moving: bool = False
    hidden: bool = False
    varies: int = 0


@dataclass(frozen=True, slots=True)
class TemplateDesign:
    """A template. `base` is the place of the one it is derived from; `own` are its attributes besides inherited ones."""

    name: str
    description: str
    own: tuple[AttributeDesign, ...]
    category: str = ""
    base: int = -1
    instance: INSTANCE = "Element"
    naming: str = ""
    severity: str = "None"
    acknowledged: bool = False
    extended: bool = True


def _measure(name: str, units: str) -> AttributeDesign:
    config = rf"\\SIM-PI\Unit%@Unit%.{name}.%@Number%"
    return AttributeDesign(name, "Single", (0.0,), units, "Measurements", plugin=PI_POINT, config=config)


def _limit(parent: int, name: str, trait: str, value: float, units: str) -> AttributeDesign:
    return AttributeDesign(name, "Double", (value,), units, "Limits", trait, parent, varies=1)


# Places 0 to 4 are the measures, in the order of the tags; their limits follow.
_MACHINE = (
    _measure("Flow", "m3/h"),
    _measure("Temperature", "°C"),
    _measure("Pressure", "bar"),
    _measure("Level", "%"),
    _measure("Speed", "rpm"),
    _limit(0, "High Limit", "LimitHi", 90.0, "m3/h"),
    _limit(1, "High Limit", "LimitHi", 85.0, "°C"),
    _limit(1, "Low Limit", "LimitLo", 5.0, "°C"),
    _limit(2, "High Limit", "LimitHi", 16.0, "bar"),
    AttributeDesign("Manufacturer", "String", ("Müller & Söhne", "O'Brien Ltd", 'Pumps "R" Us', "日立")),
    AttributeDesign("Serial Number", "String", ("SN",), description="Given by the manufacturer"),
    AttributeDesign("Rated Power", "Double", (75.0,), "kW", "Configuration", varies=5),
    AttributeDesign("Installed", "DateTime", ("2015-04-01T00:00:00Z", "2019-11-30T12:30:00Z")),
    AttributeDesign("In Service", "Boolean", (True, True, False)),
    AttributeDesign("Redundancy", "Int32", (0, 1, 2), category="Configuration"),
    AttributeDesign("State", "EnumerationValue", (0, 1, 2, 10), qualifier="Operating States", category="Configuration"),
    AttributeDesign("Secret Note", "String", ("a|b\\c",), hidden=True),
)
TEMPLATES = (
    TemplateDesign("Asset", "What everything is", (AttributeDesign("Owner", "String", ("North", "South's", "Größe")),)),
    TemplateDesign("Machine", "A machine with its five measures", _MACHINE, "Machines", 0),
    TemplateDesign("Compressor", "Compresses", (AttributeDesign("Stages", "Int32", (1, 2, 4)),), "Machines", 1),
    TemplateDesign("Exchanger", "Exchanges heat", (AttributeDesign("Area", "Double", (40.0,), "m2", varies=4),), "Machines", 1),
    TemplateDesign("Pump", "Pumps", (AttributeDesign("Head", "Double", (32.0,), "m", varies=3),), "Machines", 1),
    TemplateDesign("Tank", "Holds", (AttributeDesign("Volume", "Double", (120.0,), "m3", varies=6),), "Machines", 1),
    TemplateDesign(
        "Part",
        "A part of a machine",
        (
            AttributeDesign("Material", "String", ("1.4301", "1.4571", "Ti/Pd")),
            AttributeDesign("Running Hours", "Int32", (12000,), "h", varies=9),
            AttributeDesign("Diameter", "Double", (80.0,), "mm", varies=5),
        ),
        "Parts/spares",
        0,
        extended=False,
    ),
    TemplateDesign(
        "Unit", "Machines that work together", (AttributeDesign("Area Code", "String", ("A/1", "B/2")),), "Places", 0
    ),
    TemplateDesign(
        "Site",
        "A place",
        (
            AttributeDesign("Address", "String", ("Straße 1, Köln", "1 'Quay' St, Cork", "東京")),
            AttributeDesign("Latitude", "Double", (51.0,), "°", varies=1),
            AttributeDesign("Longitude", "Double", (7.0,), "°", varies=1),
        ),
        "Places",
        0,
    ),
    TemplateDesign(
        "AlarmTemplate",
        "A limit was passed",
        (
            AttributeDesign("Limit", "Double", (85.0,), "°C", "Limits", varies=1),
            AttributeDesign("Peak", "Double", (86.0,), "°C", "Measurements", moving=True, varies=4),
            AttributeDesign("Cause", "String", ("", "Sensor", 'Valve "V/7" stuck', "Verschleiß")),
            AttributeDesign("State", "EnumerationValue", (0, 1, 2, 10), qualifier="Operating States"),
        ),
        "Alarms",
        instance="EventFrame",
        naming="Alarm %NUMBER%",
        severity="Major",
        acknowledged=True,
        extended=False,
    ),
    TemplateDesign(
        "DowntimeTemplate",
        "A machine stood still",
        (
            AttributeDesign("Reason Code", "Int32", (11, 12, 40)),
            AttributeDesign("Loss", "Double", (3.0,), "m3", moving=True, varies=9),
        ),
        "Production",
        instance="EventFrame",
        naming="Downtime %NUMBER%",
        severity="Minor",
    ),
    TemplateDesign(
        "BatchTemplate",
        "A batch, of phases",
        (
            AttributeDesign("Recipe", "String", ("R-1", "R-2/b", "配方")),
            AttributeDesign("Yield", "Double", (97.0,), "%", moving=True),
        ),
        "Production",
        instance="EventFrame",
        naming="Batch %NUMBER%",
    ),
    TemplateDesign(
        "PhaseTemplate",
        "A phase of a batch",
        (
            AttributeDesign("Phase", "String", ("Fill", "React", "Empty")),
            AttributeDesign("Done", "Boolean", (False, True), moving=True),
        ),
        "Production",
        instance="EventFrame",
        naming="Phase %NUMBER%",
    ),
)
LAB_TEMPLATES = (
    TemplateDesign(
        "Sample",
        "Of the lab",
        (AttributeDesign("pH", "Double", (7.0,), varies=3), AttributeDesign("Ort/場所", "String", ("a", "b"))),
        "Lab",
    ),
)
MACHINE = 1
PART, UNIT, SITE = 6, 7, 8
ALARM, DOWNTIME, BATCH, PHASE = 9, 10, 11, 12
MACHINE_TEMPLATES = {"Compressor": 2, "Exchanger": 3, "Pump": 4, "Tank": 5}

ELEMENT_CATEGORIES = ("Machines", "Parts/spares", "Places", "Alarms", "Production", "Ünused 'one'")
ATTRIBUTE_CATEGORIES = ("Configuration", "Limits", "Measurements")
ANALYSIS_CATEGORIES = ("Efficiency", "Alarms & events")
TABLE_CATEGORIES = ("Reference", "Preise/価格")
SETS = {
    "Operating States": (("Stopped", 0), ("Starting", 1), ("Running", 2), ("Tripped 'hard'", 10)),
    "Qualities/Güte": (("Good", 1), ('So "so"', 2), ("Schlecht/bad", 3)),
}
PLUGINS = ("EventFrame", "PerformanceEquation")
TIME_PLUGINS = ("Natural", "Periodic")
# Name, rule, its configuration and variables, category, template of the targets.
ANALYSES = (
    ("Efficiency", "PerformanceEquation", "a := 'Flow' / 'Rated Power';", "a||Flow", "Efficiency", MACHINE),
    ("High temperature", "EventFrame", "EventFrameTemplate=AlarmTemplate;", "", "Alarms & events", MACHINE),
)


@dataclass(frozen=True, slots=True)
class UnitDesign:
    """A unit of measure: its value times `factor`, plus `offset`, is one in the class's canonical unit, the first."""

    name: str
    abbreviation: str
    factor: float = 1.0
    offset: float = 0.0


_M = UnitDesign
UNITS = {
    "Angular Velocity": (_M("revolution per minute", "rpm"), _M("radian per second", "rad/s", 9.549296585513721)),
    "Area": (_M("square meter", "m2"), _M("square foot", "ft2", 0.09290304)),
    "Length": (_M("meter", "m"), _M("millimeter", "mm", 0.001), _M("inch", "in", 0.0254)),
    "Plane Angle": (_M("degree", "°"), _M("radian", "rad", 57.29577951308232)),
    "Power": (_M("watt", "W"), _M("kilowatt", "kW", 1000.0)),
    "Pressure": (_M("pascal", "Pa"), _M("bar", "bar", 100000.0), _M("pound-force/inch²", "psi", 6894.757)),
    "Ratio": (_M("ratio", "-"), _M("percent", "%", 0.01)),
    "Temperature": (
        _M("kelvin", "K"),
        _M("degree Celsius", "°C", 1.0, 273.15),
        _M("degree Fahrenheit", "°F", 0.5556, 255.3722),
    ),
    "Time": (_M("second", "s"), _M("hour", "h", 3600.0)),
    "Volume": (_M("cubic meter", "m3"), _M("liter", "L", 0.001)),
    "Volume Flow Rate": (_M("cubic meter per second", "m3/s"), _M("cubic meter per hour", "m3/h", 1 / 3600)),
}
UNIT_NAMES = {unit.abbreviation: unit.name for units in UNITS.values() for unit in units}


@dataclass(frozen=True, slots=True)
class TableDesign:
    """A table: its columns with their types, and how many rows it has."""

    name: str
    description: str
    category: str
    columns: dict[str, str]
    rows: int


TABLES = (
    TableDesign(
        "Materials",
        "Stoffe, 材料",
        "Reference",
        {"Id": "Int32", "Name": "String", "Density": "Double", "Note/備考": "String"},
        12,
    ),
    TableDesign("Prices's", 'With "gaps"', "Preise/価格", {"Day": "DateTime", "Price": "Double", "Valid": "Boolean"}, 40),
    TableDesign("Empty", "Not a row", "", {"A": "String"}, 0),
    TableDesign("Readings", "Many rows", "Reference", {"Number": "Int32", "Reading": "Double", "By": "String"}, 2500),
)
LAB_TABLES = (TableDesign("Trials", "", "Lab tables", {"Trial": "Int32", "Ok?": "Boolean"}, 5),)
TRAITS = {
    "LimitHi": ("Hi", "Limit"),
    "LimitHiHi": ("HiHi", "Limit"),
    "LimitLo": ("Lo", "Limit"),
    "LimitLoLo": ("LoLo", "Limit"),
    "LimitTarget": ("Target", "Limit"),
    "Forecast": ("Forecast", "Forecast"),
    "HealthScore": ("Health", "Health"),
}
