"""Which tests run: slow ones on request, those of the corpora where the corpora are."""

import pytest
from surroundings import CORPORA, IN_CI


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not (IN_CI or config.getoption("--slow")):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        if "corpora" in item.keywords and not CORPORA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the corpora are not beside the checkout"))
