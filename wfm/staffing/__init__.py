"""From contacts to people: queueing formulas, their exact inversion, chat, deferred work, shrinkage, requirement.

Importing this package is cheap: each name loads its module on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfm.staffing.chat import ChatWaiting, chat_required, chat_waiting
    from wfm.staffing.deferred import Deferred, constant_staff, deferred_requirement
    from wfm.staffing.formulas import Definition, Waiting, erlang_b, erlang_c, waiting
    from wfm.staffing.inversion import (
        UnreachableTargetError,
        required_agents,
        required_for_abandonment,
        required_for_average_wait,
    )
    from wfm.staffing.shrinkage import with_shrinkage

__all__ = [
    "ChatWaiting", "Deferred", "Definition", "UnreachableTargetError", "Waiting", "chat_required", "chat_waiting",
    "constant_staff", "deferred_requirement", "erlang_b", "erlang_c", "required_agents", "required_for_abandonment",
    "required_for_average_wait", "waiting", "with_shrinkage",
]  # fmt: skip

_HOME = {
    "ChatWaiting": "chat",
    "chat_required": "chat",
    "chat_waiting": "chat",
    "Deferred": "deferred",
    "constant_staff": "deferred",
    "deferred_requirement": "deferred",
    "Definition": "formulas",
    "Waiting": "formulas",
    "erlang_b": "formulas",
    "erlang_c": "formulas",
    "waiting": "formulas",
    "UnreachableTargetError": "inversion",
    "required_agents": "inversion",
    "required_for_abandonment": "inversion",
    "required_for_average_wait": "inversion",
    "with_shrinkage": "shrinkage",
}


def __getattr__(name: str) -> Any:
    """Return a public name from its module."""
    if name not in _HOME:
        raise AttributeError(f"module 'wfm.staffing' has no attribute '{name}'")
    return getattr(import_module(f"wfm.staffing.{_HOME[name]}"), name)
