"""The stores under test."""

import pytest

from tests.adapters.store_subjects import EVERY, MAKERS, Stores


@pytest.fixture(params=EVERY)
def stores(request: pytest.FixtureRequest) -> Stores:
    return MAKERS[request.param](request)
