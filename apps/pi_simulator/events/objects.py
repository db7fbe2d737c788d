"""Event frames as objects, as they look at a time, and their annotations as PI writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..assets import kinds
from ..assets.attributes import Owner
from ..assets.elements import machine_place, path_of
from ..times import NEVER_ENDS, written
from ..webids import guid
from .frames import CHILDREN, by_number, phases

if TYPE_CHECKING:
    from ..assets.library import Library
    from ..assets.objects import Addresses, Ref, Thing
    from ..assets.plant import Plant
    from ..webids import Identity
    from .frames import Annotation, Frame

_NOT_YET = "1970-01-01T00:00:00Z"  # what PI writes for a frame that nobody acknowledged
_MAY = {
    "CanAnnotate": True,
    "CanDelete": False,
    "CanExecute": False,
    "CanRead": True,
    "CanReadData": True,
    "CanSubscribe": False,
    "CanSubscribeOthers": False,
    "CanWrite": False,
    "CanWriteData": False,
    "HasAdmin": False,
    "Rights": ("Read", "ReadData", "Annotate"),
}
_NOTES = ("Checked on site", 'Operator: "all well"', "Prüfen / 確認")


def path_of_frame(plant: Plant, frame: Frame) -> str:
    """Give a frame's path; a phase's is below its batch's."""
    if frame.phase and (whole := by_number(plant, frame.number - frame.phase)):
        return f"{path_of_frame(plant, whole)}\\{frame.name}"
    return f"{plant.database_path(0)}\\EventFrames[{frame.name}]"


def element_identity(plant: Plant, machine: int) -> Identity:
    """Give what the WebID of a machine is made of."""
    place = machine_place(machine)
    return plant.identity(kinds.ELEMENT, place.number, path_of(plant, place))


def event_frame(plant: Plant, library: Library, frame: Frame, now: int) -> Thing:
    """Give a frame as it looks at `now` (ticks)."""
    design = library.designs[frame.template]
    acknowledged = frame.acknowledged <= now
    elements = tuple(element_identity(plant, machine) for machine in frame.machines)
    end = frame.seen_end(now)
    fields: dict[str, Any] = {
        "TemplateName": design.name,
        "HasChildren": any(one.there <= now for one in phases(frame)),
        "CategoryNames": (design.category,) if design.category else (),
        "ExtendedProperties": {},
        "StartTime": written(frame.start),
        "EndTime": written(end),
        "Severity": frame.severity,
        "AcknowledgedBy": frame.operator if acknowledged else "",
        "AcknowledgedDate": written(frame.acknowledged) if acknowledged else _NOT_YET,
        "CanBeAcknowledged": design.acknowledged,
        "IsAcknowledged": acknowledged,
        "IsAnnotated": bool(frame.notes(now)),
        "IsLocked": False,
        "AreValuesCaptured": end != NEVER_ENDS,
        "RefElementWebIds": elements,
        "Security": _MAY,
    }
    refs: dict[str, Ref] = {"Database": plant.to_database(0), "Template": library.template_ref(frame.template)}
    if elements:
        refs["PrimaryReferencedElement"] = (kinds.ELEMENT.controller, elements[0])
    if frame.phase and (whole := by_number(plant, frame.number - frame.phase)):
        kind = kinds.EVENT_FRAME
        refs["Parent"] = (kind.controller, plant.identity(kind, whole.number, path_of_frame(plant, whole)))
    said = "Reviewed by the shift" if frame.described <= now else ""
    return plant.thing(kinds.EVENT_FRAME, frame.number, frame.name, path_of_frame(plant, frame), said, fields, refs)


def owner_of_frame(library: Library, frame: Frame, thing: Thing, now: int) -> Owner:
    """Give a frame as an owner of attributes, whose values are those of its end, or of `now` while it runs."""
    return Owner(thing, library, frame.template, until=min(frame.end, now))


def annotation_id(note: Annotation, frame: Frame) -> str:
    """Give an annotation's id."""
    return str(guid("annotation", frame.number, note.number))


def annotation_body(note: Annotation, frame: Frame, thing: Thing, now: int, to: Addresses) -> dict[str, Any]:
    """Give an annotation of a frame as PI writes it at `now`; one that was changed says so from then on."""
    changed = note.created < note.modified <= now
    web_id, own = to.web_id(thing.identity), annotation_id(note, frame)
    text = _NOTES[(frame.number // CHILDREN + note.number) % len(_NOTES)]
    return {
        "Id": own,
        "Name": f"Note {note.number + 1}",
        "Description": "",
        "Value": f"{text} (changed)" if changed else text,
        "Creator": note.creator,
        "CreationDate": written(note.created),
        "Modifier": note.creator,
        "ModifyDate": written(note.modified if changed else note.created),
        "Errors": [],
        "Links": {
            "Self": to.link("eventframes", web_id, "annotations", own),
            "Owner": to.link("eventframes", web_id),
        },
    }
