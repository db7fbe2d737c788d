"""The kinds of objects: which controller serves them, how their WebIDs are marked, and which addresses each of them has.

Sources: markers and their owners' from AVEVA's reference, "WebID Encoded Datatypes"; links from the Swagger's `x-link-path`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_STREAMS = {
    "EndValue": "end",
    "InterpolatedData": "interpolated",
    "PlotData": "plot",
    "RecordedData": "recorded",
    "SummaryData": "summary",
    "Value": "value",
}
# Links whose last word is not their name in small letters.
_WORDS = {
    "BaseTemplates": "baseelementtemplates",
    "Databases": "assetdatabases",
    "DerivedTemplates": "derivedelementtemplates",
    "Values": "enumerationvalues",
}


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of objects, equal to itself only. `code` is its number in GUIDs; `owned`: WebIDs hold an owner's GUID, too.

    `own` are links that go on from the object's own address: by their name the controller and what follows the WebID; an
    object that is not `linked` has none, as PI writes it.
    """

    code: int
    controller: str
    marker: str
    owned: bool = False
    own: dict[str, tuple[str, str]] = field(default_factory=dict)
    linked: bool = True


def _kind(
    code: int, controller: str, marker: str, names: str = "", *, owned: bool = False, streams: str = "", linked: bool = True
) -> Kind:
    own = {name: (controller, _WORDS.get(name, name.lower())) for name in names.split()}
    own |= {name: (streams, last) for name, last in _STREAMS.items() if streams}
    return Kind(code, controller, marker, owned, own, linked)


_SECURED = " Security SecurityEntries"

SERVER = _kind(
    1,
    "assetservers",
    "RS",
    "AnalysisRulePlugIns Databases NotificationContactTemplates NotificationPlugIns SecurityIdentities SecurityMappings "
    "TimeRulePlugIns UnitClasses" + _SECURED,
)
DATABASE = _kind(
    2,
    "assetdatabases",
    "RD",
    "AnalysisCategories AnalysisTemplates AttributeCategories ElementCategories ElementTemplates Elements EnumerationSets "
    "EventFrames TableCategories Tables" + _SECURED,
)
ELEMENT = _kind(
    3,
    "elements",
    "Em",
    "Analyses Attributes Categories Elements EventFrames NotificationRules" + _SECURED,
    streams="streamsets",
)
ATTRIBUTE = _kind(4, "attributes", "AbE", "Attributes Categories", owned=True, streams="streams")
ELEMENT_TEMPLATE = _kind(
    5,
    "elementtemplates",
    "ET",
    "AnalysisTemplates AttributeTemplates BaseTemplates Categories DerivedTemplates NotificationRuleTemplates" + _SECURED,
)
ATTRIBUTE_TEMPLATE = _kind(6, "attributetemplates", "ATE", "AttributeTemplates Categories", owned=True)
ELEMENT_CATEGORY = _kind(7, "elementcategories", "EC", _SECURED)
ATTRIBUTE_CATEGORY = _kind(8, "attributecategories", "AC", _SECURED)
ANALYSIS_CATEGORY = _kind(9, "analysiscategories", "XC", _SECURED)
TABLE_CATEGORY = _kind(10, "tablecategories", "BC", _SECURED)
ANALYSIS = _kind(11, "analyses", "Xs", "Categories" + _SECURED)
ANALYSIS_TEMPLATE = _kind(12, "analysistemplates", "XT", "Categories" + _SECURED)
ANALYSIS_RULE = _kind(13, "analysisrules", "XRX", "AnalysisRules", owned=True)
TEMPLATE_RULE = _kind(14, "analysisrules", "XRT", "AnalysisRules", owned=True)
RULE_PLUGIN = _kind(15, "analysisruleplugins", "XP")
TIME_RULE = _kind(16, "timerules", "TRX", owned=True)
TEMPLATE_TIME_RULE = _kind(17, "timerules", "TRT", owned=True)
TIME_PLUGIN = _kind(18, "timeruleplugins", "TP")
TABLE = _kind(19, "tables", "Bl", "Categories Data" + _SECURED)
UNIT_CLASS = _kind(20, "unitclasses", "UC", "CanonicalUnit Units")
UNIT = _kind(21, "units", "Ut")
ENUMERATION_SET = _kind(22, "enumerationsets", "MSR", "Values" + _SECURED)
EVENT_FRAME = _kind(
    24,
    "eventframes",
    "Fm",
    "Annotations Attributes Categories EventFrames ReferencedElements" + _SECURED,
    streams="streamsets",
)
EVENT_ATTRIBUTE = _kind(25, "attributes", "AbF", "Attributes Categories", owned=True, streams="streams")
SECURITY_IDENTITY = _kind(26, "securityidentities", "SI", "SecurityMappings" + _SECURED)
SECURITY_MAPPING = _kind(27, "securitymappings", "SM", _SECURED)
CONTACT_TEMPLATE = _kind(28, "notificationcontacttemplates", "NC", "NotificationContactTemplates" + _SECURED)
DELIVERY_PLUGIN = _kind(29, "notificationplugins", "DC")
NOTIFICATION_RULE = _kind(30, "notificationrules", "NR", _SECURED, linked=False)
NOTIFICATION_RULE_TEMPLATE = _kind(31, "notificationruletemplates", "NT", _SECURED, linked=False)
SUBSCRIBER = _kind(32, "notificationrulesubscribers", "NSL", owned=True, linked=False)

KINDS = tuple(one for one in list(globals().values()) if isinstance(one, Kind))
BY_MARKER = {kind.marker: kind for kind in KINDS}
BY_CODE = {kind.code: kind for kind in KINDS}
