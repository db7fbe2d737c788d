"""The plugin protocol where `tf` leaves out what the provider's SDK does.

The SDK plans by rules of its own (planning.py), may fill in what nobody set, and may tell after an apply what it had not
planned: Terraform lets it, as an old kind of provider (`legacy_type_system`).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import tf.provider
from tf.gen import tfplugin_pb2 as pb
from tf.runner import run_provider
from tf.utils import Diagnostics, _to_attribute_path, read_dynamic_value, to_dynamic_value

from tests.standin.derived import derived
from tests.standin.provider import Provider
from tests.standin.values import filled

if TYPE_CHECKING:
    from collections.abc import Sequence


class Servicer(tf.provider.ProviderServicer):  # type: ignore[misc]  # the library has no types
    """The protocol's server."""

    app: Provider
    described: pb.GetProviderSchema.Response | None = None

    def GetProviderSchema(self, request: Any, context: Any) -> Any:  # noqa: N802  # the protocol's names
        if self.described is None:
            self.described = super().GetProviderSchema(request, context)
        return self.described

    def UpgradeResourceState(self, request: Any, _context: Any) -> Any:  # noqa: N802
        kind = request.type_name.removeprefix(self.app.get_model_prefix())
        state = filled(self.app.derived.resources[kind], json.loads(request.raw_state.json))
        return pb.UpgradeResourceState.Response(upgraded_state=to_dynamic_value(state))

    def PlanResourceChange(self, request: Any, _context: Any) -> Any:  # noqa: N802
        kind = request.type_name.removeprefix(self.app.get_model_prefix())
        was, wanted = read_dynamic_value(request.prior_state), read_dynamic_value(request.proposed_new_state)
        if wanted is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state, legacy_type_system=True)
        diags = Diagnostics()
        planned, planner = self.app.planned(kind, was, wanted, diags)
        return pb.PlanResourceChange.Response(
            planned_state=to_dynamic_value(planned),
            requires_replace=[_to_attribute_path(path) for path in planner.replaced],
            diagnostics=diags.to_pb(),
            legacy_type_system=True,
        )

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:  # noqa: N802
        response = super().ApplyResourceChange(request, context)
        response.legacy_type_system = True
        return response


def serve(package: str, words: Sequence[str]) -> None:
    """Serve the provider of a package of bindings until Terraform is done with it."""
    tf.provider.ProviderServicer = Servicer  # run_provider takes the class by this name
    if "--dev" in words:
        threading.Thread(target=_end_with_input, daemon=True).start()
    run_provider(Provider(derived(package)), list(words))


def _end_with_input() -> None:
    """End as soon as whoever started this process closes its input, or is gone."""
    sys.stdin.read()
    os._exit(0)
