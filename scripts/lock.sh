#!/usr/bin/env bash
# Writes the lock files of requirements/ from the *.in files: every version pinned, every file's hash from PyPI.
#
# Needs uv (pip install uv) and a connection to PyPI. Resolving from the *.in files, and never from a `pip freeze`,
# keeps the names out that live inside the ROS wheels (rclpy, sensor_msgs …) and are other projects on PyPI.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../requirements"

lock() {  # lock PYTHON OUTPUT INPUT…
  local python="$1" output="$2"
  shift 2
  mkdir -p "$(dirname "$output")"
  env -u PIP_FIND_LINKS -u UV_INDEX -u UV_FIND_LINKS uv pip compile --quiet --no-config --universal \
    --python-version "$python" --generate-hashes --no-annotate --no-emit-index-url \
    --index-url https://pypi.org/simple --custom-compile-command scripts/lock.sh "$@" -o "$output"
}

lock_set() {  # lock_set PYTHON FOLDER CONSTRAINTS GROUP… : one consistent resolution, one file per group
  local python="$1" folder="$2" constraints="$3" group everything
  shift 3
  everything="$(mktemp)"
  lock "$python" "$everything" --constraint "$constraints" "${@/%/.in}"
  for group in "$@"; do
    lock "$python" "$folder/$group.txt" --constraint "$everything" "$group.in"
    echo "wrote requirements/$folder/$group.txt"
  done
  rm -f "$everything"
}

lock_set 3.10 wheels constraints_wheels.in ros robot learning development
lock_set 3.10 system_ros constraints_system_ros.in robot learning development
