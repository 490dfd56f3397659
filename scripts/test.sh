#!/usr/bin/env bash
# ./user test: lint, types, then the tests from the quickest to the slowest. With arguments: pytest with these alone.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

if ! python -c 'import pytest' 2>/dev/null; then
  echo "user: this machine was set up without the tests' tools; type ./user build role:=all first." >&2
  exit 1
fi

# Numerical libraries with a thread per core fight over the cores with the tests that run beside them.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"

if (($#)); then
  exec python -m pytest "$@"
fi

step() {  # step TITLE COMMAND… : runs a command and says how long it took
  local title="$1" began="$SECONDS"
  shift
  echo "== $title"
  "$@"
  echo "== $title: passed in $((SECONDS - began)) s"
}

without_ros() {  # runs a command as on a machine on which nothing was sourced
  env -u AMENT_PREFIX_PATH -u CMAKE_PREFIX_PATH -u COLCON_PREFIX_PATH -u PYTHONPATH -u LD_LIBRARY_PATH \
    -u ROS_DISTRO -u ROS_VERSION -u ROS_PYTHON_VERSION -u _ROS_WHEELS_BOOTSTRAP_COMPLETE "$@"
}

# A killed process must leave nothing behind; tests/conftest.py looks.
export USER_TEST_CHECKS_SHARED_MEMORY=1

workers="$(nproc)"

step "lint" ruff check .
step "types" mypy
step "unit" without_ros python -m pytest -q -n "$workers" tests/unit
step "contract, numeric, property" without_ros python -m pytest -q -n "$workers" tests/{contract,numeric,property}
step "nodes" python -m pytest -q -n "$workers" tests/nodes
# One at a time: each of them starts a whole graph.
step "system" python -m pytest -q tests/system
