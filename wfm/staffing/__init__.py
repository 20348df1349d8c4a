"""From contacts to people: queueing formulas, their exact inversion, chat, deferred work, shrinkage, requirement.

Importing this package is cheap: each name loads its module on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfm.staffing.chat import ChatWaiting, chat_required, chat_waiting
    from wfm.staffing.deferred import Deferred, binding_window, constant_staff, deferred_requirement
    from wfm.staffing.fixed_points import Redials, SilentLoss, silent_abandonment, with_redials
    from wfm.staffing.formulas import Definition, Waiting, erlang_b, erlang_c, waiting
    from wfm.staffing.general import (
        required_agents_general,
        required_for_abandonment_general,
        required_for_average_wait_general,
        waiting_general,
    )
    from wfm.staffing.inversion import (
        UnreachableTargetError,
        required_agents,
        required_for_abandonment,
        required_for_average_wait,
    )
    from wfm.staffing.patience import Patience
    from wfm.staffing.percentile import required_for_occupancy, required_for_percentile, wait_percentile
    from wfm.staffing.priority import PriorityClass, priority_waiting
    from wfm.staffing.shrinkage import with_shrinkage
    from wfm.turns import Turns, chats_within, speedup_of, turns

__all__ = [
    "ChatWaiting", "Deferred", "Definition", "Patience", "PriorityClass", "Redials", "SilentLoss", "Turns",
    "UnreachableTargetError", "Waiting", "binding_window", "chat_required", "chat_waiting", "chats_within",
    "constant_staff", "deferred_requirement", "erlang_b", "erlang_c", "priority_waiting", "required_agents",
    "required_agents_general", "required_for_abandonment", "required_for_abandonment_general",
    "required_for_average_wait", "required_for_average_wait_general", "required_for_occupancy",
    "required_for_percentile", "silent_abandonment", "speedup_of", "turns", "wait_percentile", "waiting",
    "waiting_general", "with_redials", "with_shrinkage",
]  # fmt: skip

_MODULES = {
    "wfm.staffing.chat": ("ChatWaiting", "chat_required", "chat_waiting"),
    "wfm.staffing.deferred": ("Deferred", "binding_window", "constant_staff", "deferred_requirement"),
    "wfm.staffing.fixed_points": ("Redials", "SilentLoss", "silent_abandonment", "with_redials"),
    "wfm.staffing.formulas": ("Definition", "Waiting", "erlang_b", "erlang_c", "waiting"),
    "wfm.staffing.general": (
        "required_agents_general", "required_for_abandonment_general", "required_for_average_wait_general",
        "waiting_general",
    ),
    "wfm.staffing.inversion": (
        "UnreachableTargetError", "required_agents", "required_for_abandonment", "required_for_average_wait",
    ),
    "wfm.staffing.patience": ("Patience",),
    "wfm.staffing.percentile": ("required_for_occupancy", "required_for_percentile", "wait_percentile"),
    "wfm.staffing.priority": ("PriorityClass", "priority_waiting"),
    "wfm.staffing.shrinkage": ("with_shrinkage",),
    "wfm.turns": ("Turns", "chats_within", "speedup_of", "turns"),
}  # fmt: skip
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return a public name from its module."""
    if name not in _HOME:
        raise AttributeError(f"module 'wfm.staffing' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
