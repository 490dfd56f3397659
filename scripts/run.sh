#!/usr/bin/env bash
# ./user run EXECUTABLE [arguments]: runs one executable of the packages, in the environment of ./user.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
name="${1:-}"
shift || true

for folder in "$root"/install/user_*/lib/user_*; do
  if [[ -n "$name" && -x "$folder/$name" ]]; then
    exec "$folder/$name" "$@"
  fi
done

echo "user: there is no executable '$name'; the packages have:" >&2
find "$root"/install/user_*/lib/user_* -maxdepth 1 -type f -executable -printf '  %f\n' | sort -u >&2
exit 2
