"""A warehouse in which runs can be published; every test starts without runs."""

import pytest
from risk_world import World

from loudong.settings import Settings


@pytest.fixture(scope="module")
def _world(warehouse: Settings) -> World:
    world = World()
    world.create()
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear()
    return _world
