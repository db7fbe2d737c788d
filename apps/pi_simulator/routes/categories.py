"""Categories of elements, attributes, analyses and tables."""

from __future__ import annotations

from fastapi import APIRouter

from ..assets import kinds
from .assets_common import own

router = APIRouter()

own(router, kinds.ELEMENT_CATEGORY)
own(router, kinds.ATTRIBUTE_CATEGORY)
own(router, kinds.ANALYSIS_CATEGORY)
own(router, kinds.TABLE_CATEGORY)
