#!/usr/bin/env bash
# ./user clean: removes what ./user made except runs: the environment, what was built, and caches.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for made in .venv build install log .mypy_cache .pytest_cache .ruff_cache .hypothesis; do
  if [[ -e "$made" ]]; then
    echo "removing $made"
    rm -rf "$made"
  fi
done
