"""Categories of elements, attributes, analyses and tables: by themselves, those of a database and those of an object."""

from __future__ import annotations

from fastapi import APIRouter

from ..assets import kinds
from ..assets.kinds import Kind
from .assets_common import lists, own

router = APIRouter()

# Each kind of categories, and which objects have them. What a template of elements inherits is in `templates.py`.
_OF = {
    kinds.ELEMENT_CATEGORY: (kinds.ELEMENT, kinds.EVENT_FRAME),
    kinds.ATTRIBUTE_CATEGORY: (kinds.ATTRIBUTE, kinds.ATTRIBUTE_TEMPLATE),
    kinds.ANALYSIS_CATEGORY: (kinds.ANALYSIS, kinds.ANALYSIS_TEMPLATE),
    kinds.TABLE_CATEGORY: (kinds.TABLE,),
}


def _serve(kind: Kind, owners: tuple[Kind, ...]) -> None:
    own(router, kind)
    lists(router, "assetdatabases", kind.controller, lambda assets, thing: assets.library_of(thing).categories[kind])
    for owner in owners:
        lists(router, owner.controller, "categories", lambda assets, thing: assets.library_of(thing).categories_of(thing, kind))


for category, having in _OF.items():
    _serve(category, having)
