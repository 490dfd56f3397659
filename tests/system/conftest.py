"""Runs that several tests look at when they are over."""

from __future__ import annotations

import pytest

from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params
from tests.support.short_runs import FinishedRun, short_training

DOMAIN_ID = 68


@pytest.fixture(scope="session")
def training_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A short training run on proprioception."""
    folder = tmp_path_factory.mktemp("training")
    with LaunchedGraph("peg_insertion", arguments=short_training(folder), folder=folder, domain_id=DOMAIN_ID) as graph:
        status = graph.wait_until_over(180)
    return FinishedRun(status=status, folder=graph.run_folder, output=graph.output)


@pytest.fixture(scope="session")
def collection_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """Three demonstrations with two cameras."""
    folder = tmp_path_factory.mktemp("collection")
    config = write_params(folder / "three.yaml", {"progress_node": {"collect.demonstrations_needed": 3}})
    with LaunchedGraph("collect", arguments={"config": config}, folder=folder, domain_id=DOMAIN_ID) as graph:
        status = graph.wait_until_over(120)
    return FinishedRun(status=status, folder=graph.run_folder, output=graph.output)
