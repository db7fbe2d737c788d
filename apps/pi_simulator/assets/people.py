"""Who may read, and who is notified of what: of each kind one or two, of the asset server or of its first database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import kinds
from .analyses import plugin_fields
from .designs import MACHINE
from .elements import machine_place, path_of
from .objects import here

if TYPE_CHECKING:
    from .library import Library
    from .objects import Thing
    from .plant import Plant

READERS = "SIM\\Readers"
_IDENTITIES = (("Readers", "May read everything", READERS), ("World", "Everybody", "\\Everyone"))
_WAIT = {"EscalationTimeout": "PT3S", "MaximumRetries": 3, "RetryInterval": "PT5S"}
_RULE = {
    "CategoryNames": (),
    "Criteria": "Name:=Alarm*",
    "MultiTriggerEventOption": "HighestSeverity",
    "NonrepetitionInterval": "PT0S",
    "ResendInterval": "PT0S",
    "Status": "Disabled",  # nobody is really notified
    "TemplateName": "High temperature",
}


@dataclass(frozen=True)
class People:
    """The security identities and the notifications of a plant whose first database has `library`."""

    plant: Plant
    library: Library

    def _thing(self, kind: kinds.Kind, number: int, name: str, collection: str, said: str, **more: Any) -> Thing:
        refs = {"AssetServer": self.plant.to_server(), **more.pop("refs", {})}
        return self.plant.thing(kind, number, name, f"{self.plant.server_path}\\{collection}[{name}]", said, more, refs)

    @cached_property
    def identities(self) -> tuple[Thing, ...]:
        """The security identities."""
        return tuple(
            self._thing(kinds.SECURITY_IDENTITY, nth, name, "SecurityIdentities", said, IsEnabled=True)
            for nth, (name, said, _) in enumerate(_IDENTITIES)
        )

    @cached_property
    def mappings(self) -> tuple[Thing, ...]:
        """Which account is which identity: one for each, in their order."""
        pairs = enumerate(zip(self.identities, _IDENTITIES, strict=True))
        return tuple(
            self._thing(
                kinds.SECURITY_MAPPING,
                nth,
                account.lstrip("\\"),
                "SecurityMappings",
                "",
                Account=account,
                SecurityIdentityWebId=identity.identity,
                refs={"SecurityIdentity": here(identity)},
            )
            for nth, (identity, (_, _, account)) in pairs
        )

    @cached_property
    def channels(self) -> tuple[Thing, ...]:
        """The plug-ins that deliver notifications."""
        said = "Sends mails"
        return (self._thing(kinds.DELIVERY_PLUGIN, 0, "Email", "PlugInsDeliveryChannel", said, **plugin_fields("Email")),)

    @cached_property
    def contacts(self) -> tuple[Thing, ...]:
        """The templates of those who are notified."""
        refs = {"NotificationPlugIn": here(self.channels[0])}
        more = {
            "Available": True,
            "ConfigString": "ToEmail=shift@example.com",
            "ContactType": "Individual",
            "HasChildren": False,
            "MinimumAcknowledgements": 1,
            "NotifyWhenInstanceEnded": True,
            "PlugInName": "Email",
        }
        kind = kinds.CONTACT_TEMPLATE
        return (self._thing(kind, 0, "Shift", "NotificationContactTemplates", "The shift", refs=refs, **_WAIT, **more),)

    @cached_property
    def rule_templates(self) -> tuple[Thing, ...]:
        """The templates of rules, all of them of machines."""
        path = f"{self.library.templates[MACHINE].path}\\NotificationRuleTemplates[High temperature]"
        return (self.plant.thing(kinds.NOTIFICATION_RULE_TEMPLATE, 0, "High temperature", path, "Too hot", dict(_RULE)),)

    @cached_property
    def rules(self) -> tuple[Thing, ...]:
        """The rules by which one is notified: one of the first machine."""
        path = f"{path_of(self.plant, machine_place(0))}\\NotificationRules[High temperature]"
        fields = {"AutoCreated": False, **_RULE}
        return (self.plant.thing(kinds.NOTIFICATION_RULE, 0, "High temperature", path, "Too hot", fields),)

    @cached_property
    def subscribers(self) -> tuple[Thing, ...]:
        """Those who are notified by the rule."""
        rule = self.rules[0]
        fields = {
            **_WAIT,
            "ConfigString": "ToEmail=shift@example.com",
            "ContactTemplateName": "Shift",
            "ContactType": "Individual",
            "DeliveryFormatName": "Default",
            "NotifyOption": "EventStart",
            "PlugInName": "Email",
        }
        path = f"{rule.path}\\NotificationRuleSubscribers[Shift]"
        owner = (rule.kind, rule.number)
        return (self.plant.thing(kinds.SUBSCRIBER, 0, "Shift", path, "The shift", fields, {}, owner),)

    @property
    def all(self) -> tuple[Thing, ...]:
        """All of them."""
        own = (self.identities, self.mappings, self.channels, self.contacts, self.rule_templates, self.rules, self.subscribers)
        return tuple(one for some in own for one in some)

    def rules_of(self, thing: Thing) -> tuple[Thing, ...]:
        """Give the rules of an element, or the templates of rules of a template."""
        return tuple(one for one in (*self.rules, *self.rule_templates) if one.path.startswith(f"{thing.path}\\Notification"))
