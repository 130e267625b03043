"""Buildings and industries, and the surroundings they make: shared by all customers, drawn before any of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loudong.portfolio.generator import names
from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.process import next_factor

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What customers share. Factors: months x buildings, months x industries, in log odds."""

    building_type: npt.NDArray[np.int64]
    building_name: list[str]
    city: list[str]
    district: list[str]
    manager: npt.NDArray[np.int64]
    opened: npt.NDArray[np.int64]
    building_factor: Floats
    industry_factor: Floats

    def surroundings(self, month: int, building: npt.NDArray[np.int64], industry: npt.NDArray[np.int64]) -> Floats:
        """Part of the risk index of customers in these buildings and industries."""
        both: Floats = self.building_factor[month, building] + self.industry_factor[month, industry]
        return both + np.asarray(p.INDUSTRY_RISK)[industry]


def make_world(customers: int, months: int, first_day: int, seed: int) -> World:
    """The buildings of a portfolio of `customers`, and every factor over `months`."""
    generator = np.random.default_rng(np.random.SeedSequence([seed, 0]))
    count = max(4, customers // p.CUSTOMERS_PER_BUILDING)
    kinds = generator.choice(len(p.BUILDING_TYPES), count, p=p.BUILDING_TYPE_SHARES)
    cities = generator.integers(0, len(names.CITIES), count)
    districts = generator.integers(0, len(names.DISTRICTS), count)
    return World(
        building_type=kinds,
        building_name=names.building_names(kinds, generator),
        city=[names.CITIES[index] for index in cities],
        district=[names.DISTRICTS[index] for index in districts],
        manager=generator.integers(0, max(2, count // 6), count),
        opened=first_day - generator.integers(400, 9000, count),
        building_factor=_paths(months, count, p.BUILDING_SPREAD, p.BUILDING_PERSISTENCE, generator),
        industry_factor=_paths(months, len(p.INDUSTRIES), p.INDUSTRY_SPREAD, p.INDUSTRY_PERSISTENCE, generator),
    )


def _paths(months: int, count: int, spread: float, persistence: float, generator: np.random.Generator) -> Floats:
    path = np.empty((months, count))
    path[0] = generator.normal(0, spread, count)
    for month in range(1, months):
        path[month] = next_factor(path[month - 1], spread, persistence, generator)
    return path
