"""Policy is data: tables of rows that people change, checked before anything runs."""

from loudong.policy.load import Policy, load_policy

__all__ = ["Policy", "load_policy"]
