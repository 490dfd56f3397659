# Sourced by ./user with root set: defines set_up, which brings the checkout to the state that everything else needs.

supported_python() {  # prints the first Python that the set-up runs with: the environment's own, else one on PATH
  local name
  for name in "$root/.venv/bin/python" python3 python3.13 python3.12 python3.11; do
    if "$name" -S -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "[set-up] Python 3.11, 3.12 or 3.13 is needed and none is on PATH; install one and try again." >&2
  return 1
}

set_up() {  # set_up [--build] [name:=value …]; exports USER_SETUP_S, the seconds that it took, for a run's report
  local python began ended
  python="$(supported_python)"
  began="${EPOCHREALTIME/[^0-9]/}"
  # -S: it needs the standard library only, and starts faster without what is installed.
  PYTHONPATH="$root/scripts" "$python" -S -m workspace_setup "$@"
  ended="${EPOCHREALTIME/[^0-9]/}"
  local milliseconds=$(((ended - began) / 1000))
  USER_SETUP_S="$((milliseconds / 1000)).$(printf '%03d' $((milliseconds % 1000)))"
  export USER_SETUP_S
}
