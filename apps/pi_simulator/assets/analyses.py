"""Analyses of machines, one of each design, with their rules, and the templates that they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..webids import Identity, guid
from . import kinds
from .designs import ANALYSES, PLUGINS, TIME_PLUGINS
from .objects import Ref, Thing, here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .kinds import Kind
    from .plant import Plant

_STATUSES = ("Enabled", "Enabled", "Enabled", "Disabled", "Error")
_STORED = "1970-01-01T00:00:00Z"
MACHINE_BITS = 32  # of an analysis's number; the place of its design is above


def _plugin_ref(plant: Plant, kind: Kind, name: str) -> Ref:
    number = (PLUGINS if kind is kinds.RULE_PLUGIN else TIME_PLUGINS).index(name)
    return (kind.controller, plant.identity(kind, number, _plugin_path(plant, kind, name)))


def _plugin_path(plant: Plant, kind: Kind, name: str) -> str:
    folder = "PlugInsAnalysisRule" if kind is kinds.RULE_PLUGIN else "PlugInsTimeRule"
    return f"{plant.server_path}\\{folder}[{name}]"


def plugin_fields(name: str) -> dict[str, Any]:
    """Give what is told of a plug-in."""
    return {
        "AssemblyFileName": f"OSIsoft.AF.{name}.dll",
        "AssemblyID": str(guid("assembly", name)),
        "AssemblyLoadProperties": ("None",),
        "AssemblyTime": "2018-05-25T14:01:07Z",
        "CompatibilityVersion": 2,
        "IsBrowsable": True,
        "IsNonEditableConfig": False,
        "LoadedAssemblyTime": _STORED,
        "LoadedVersion": "",
        "Version": "2.10.0.8628",
    }


def plugins(plant: Plant, kind: Kind) -> Iterator[Thing]:
    """Give the plug-ins of rules or of time rules."""
    for number, name in enumerate(PLUGINS if kind is kinds.RULE_PLUGIN else TIME_PLUGINS):
        path = _plugin_path(plant, kind, name)
        yield plant.thing(kind, number, name, path, f"{name}.", plugin_fields(name), {"AssetServer": plant.to_server()})


def _rule(plant: Plant, place: int, kind: Kind, number: int, owner: Thing, link: str) -> Thing:
    _, plugin, config, variables, _, _ = ANALYSES[place]
    fields = {
        "ConfigString": config,
        "DisplayString": config,
        "EditorType": f"OSIsoft.AF.Analysis.AnalysisRule.{plugin}Editor",
        "HasChildren": False,
        "IsConfigured": True,
        "IsInitializing": False,
        "PlugInName": plugin,
        "SupportedBehaviors": ("SupportsRunningCase",),
        "VariableMapping": variables,
    }
    refs = {link: here(owner), "PlugIn": _plugin_ref(plant, kinds.RULE_PLUGIN, plugin)}
    path = f"{owner.path}\\AnalysisRule"
    return plant.thing(kind, number, plugin, path, f"Runs a {plugin}.", fields, refs, (owner.kind, owner.number))


def _time_rule(plant: Plant, place: int, kind: Kind, number: int, owner: Thing, link: str) -> Thing:
    plugin = TIME_PLUGINS[1 - place]
    config = "Frequency=300" if plugin == "Periodic" else ""
    fields = {
        "ConfigString": config,
        "ConfigStringStored": config,
        "DisplayString": config,
        "EditorType": f"OSIsoft.AF.Time.TimeRule.{plugin}Config",
        "IsConfigured": True,
        "IsInitializing": False,
        "MergeDuplicatedItems": False,
        "PlugInName": plugin,
    }
    refs = {link: here(owner), "PlugIn": _plugin_ref(plant, kinds.TIME_PLUGIN, plugin)}
    path = f"{owner.path}\\TimeRule"
    return plant.thing(kind, number, plugin, path, f"A {plugin} rule.", fields, refs, (owner.kind, owner.number))


def _common(
    plant: Plant, place: int, number: int, path: str, own: Kind, ruled: Kind, timed: Kind
) -> tuple[dict[str, Any], dict[str, Ref]]:
    _, plugin, _, _, category, _ = ANALYSES[place]
    time_plugin = TIME_PLUGINS[1 - place]
    owner = (own, number)
    fields = {
        "AnalysisRulePlugInName": plugin,
        "CategoryNames": (category,),
        "GroupId": 0,
        "OutputTime": "",
        "TimeRulePlugInName": time_plugin,
    }
    refs: dict[str, Ref] = {
        "AnalysisRule": (ruled.controller, plant.identity(ruled, number, f"{path}\\AnalysisRule", owner)),
        "AnalysisRulePlugIn": _plugin_ref(plant, kinds.RULE_PLUGIN, plugin),
        "Database": plant.to_database(0),
        "TimeRule": (timed.controller, plant.identity(timed, number, f"{path}\\TimeRule", owner)),
        "TimeRulePlugIn": _plugin_ref(plant, kinds.TIME_PLUGIN, time_plugin),
    }
    return fields, refs


def templates(plant: Plant, template_ref: Callable[[int], Ref]) -> Iterator[Thing]:
    """Give the templates of analyses, then their rules, then their time rules."""
    made = [_template(plant, place, template_ref) for place in range(len(ANALYSES))]
    yield from made
    for place, one in enumerate(made):
        yield _rule(plant, place, kinds.TEMPLATE_RULE, place, one, "AnalysisTemplate")
    for place, one in enumerate(made):
        yield _time_rule(plant, place, kinds.TEMPLATE_TIME_RULE, place, one, "AnalysisTemplate")


def _template(plant: Plant, place: int, template_ref: Callable[[int], Ref]) -> Thing:
    kind, (name, *_, target) = kinds.ANALYSIS_TEMPLATE, ANALYSES[place]
    path = template_path(plant, place)
    fields, refs = _common(plant, place, place, path, kind, kinds.TEMPLATE_RULE, kinds.TEMPLATE_TIME_RULE)
    fields |= {"CreateEnabled": True, "HasNotificationTemplate": False, "HasTarget": True}
    ref = template_ref(target)
    last = ref[-1]
    named = last.path.rpartition("[")[2].rstrip("]") if isinstance(last, Identity) else ""
    return plant.thing(kind, place, name, path, f"{name} of a machine", {**fields, "TargetName": named}, refs | {"Target": ref})


def template_path(plant: Plant, place: int) -> str:
    """Give the path of an analysis template."""
    return f"{plant.database_path(0)}\\AnalysisTemplates[{ANALYSES[place][0]}]"


def analysis_name(place: int, machine: int) -> str:
    """Give the name of a machine's analysis of a design."""
    return f"{ANALYSES[place][0]} {machine:06d}"


def analysis(plant: Plant, place: int, machine: int, target: Thing) -> Thing:
    """Give a machine's analysis of a design."""
    kind, number = kinds.ANALYSIS, place << MACHINE_BITS | machine
    name = analysis_name(place, machine)
    path = f"{target.path}\\Analyses[{name}]"
    chance = plant.chance("analysis", place, machine)
    fields, refs = _common(plant, place, number, path, kind, kinds.ANALYSIS_RULE, kinds.TIME_RULE)
    fields |= {
        "AutoCreated": False,
        "HasNotification": False,
        "HasTarget": True,
        "HasTemplate": True,
        "IsConfigured": True,
        "IsTimeRuleDefinedByTemplate": True,
        "MaximumQueueSize": 0,
        "Priority": "Normal",
        "PublishResults": True,
        "Status": _STATUSES[chance % len(_STATUSES)],
        "TargetWebId": target.identity,
        "TemplateName": ANALYSES[place][0],
    }
    refs |= {
        "Target": here(target),
        "Template": (
            kinds.ANALYSIS_TEMPLATE.controller,
            plant.identity(kinds.ANALYSIS_TEMPLATE, place, template_path(plant, place)),
        ),
    }
    return plant.thing(kind, number, name, path, f"{ANALYSES[place][0]} of {target.name}", fields, refs)


def rule(plant: Plant, owner: Thing) -> Thing:
    """Give an analysis's rule."""
    return _rule(plant, owner.number >> MACHINE_BITS, kinds.ANALYSIS_RULE, owner.number, owner, "Analysis")


def time_rule(plant: Plant, owner: Thing) -> Thing:
    """Give an analysis's time rule."""
    return _time_rule(plant, owner.number >> MACHINE_BITS, kinds.TIME_RULE, owner.number, owner, "Analysis")
