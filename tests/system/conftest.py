"""Runs that several tests look at when they are over."""

from __future__ import annotations

import pytest

from tests.support.domains import leased_domain
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params
from tests.support.short_runs import FinishedRun, short_training


@pytest.fixture(scope="session")
def training_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A short training run on proprioception."""
    folder = tmp_path_factory.mktemp("training")
    arguments = short_training(folder)
    with (
        leased_domain() as domain_id,
        LaunchedGraph("peg_insertion", arguments=arguments, folder=folder, domain_id=domain_id) as graph,
    ):
        status = graph.wait_until_over(300)
    return FinishedRun(status=status, folder=graph.run_folder, output=graph.output)


@pytest.fixture(scope="session")
def collection_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """Three demonstrations with two cameras."""
    folder = tmp_path_factory.mktemp("collection")
    config = write_params(folder / "three.yaml", {"progress_node": {"collect.demonstrations_needed": 3}})
    with (
        leased_domain() as domain_id,
        LaunchedGraph("collect", arguments={"config": config}, folder=folder, domain_id=domain_id) as graph,
    ):
        status = graph.wait_until_over(200)
    return FinishedRun(status=status, folder=graph.run_folder, output=graph.output)
