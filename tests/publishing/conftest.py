"""A warehouse in which runs can be published; every test starts without runs."""

import pytest
from plain_rules import plain_policy
from risk_world import World

from loudong.settings import Settings

__all__ = ["plain_policy"]


@pytest.fixture(scope="module")
def _world(warehouse: Settings) -> World:
    world = World()
    world.create()
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear()
    return _world
