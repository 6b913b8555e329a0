"""What any test may need: whether real parts are a must, and the folder of the corpora."""

import os
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI") == "true"
CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not (IN_CI or config.getoption("--slow")):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        if "corpora" in item.keywords and not CORPORA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the corpora are not beside the checkout"))
