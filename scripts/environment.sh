# Sourced by ./user with root set: ROS 2, the packages, and the settings of everything that ./user starts.

if [[ -n "${USER_ROS_WHEELS:-}" && "$USER_ROS_WHEELS" != "$root/.venv" ]]; then
  # Another checkout is sourced in this terminal; its packages must not be found before ours.
  unset AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH PYTHONPATH LD_LIBRARY_PATH
fi

# colcon's script reads variables that may be unset.
set +u
source "$root/install/setup.bash"
set -u

# With an installed ROS 2 the environment only adds what that lacks, and does not put itself on the path.
export PATH="$root/.venv/bin:$PATH"

source "$root/scripts/middleware.sh"

# Readable logs in pipes and files: a line is written when it is complete.
export PYTHONUNBUFFERED=1

# Where the live line of a run is drawn: launched nodes have no terminal of their own.
if [[ -t 1 ]]; then
  USER_TERMINAL="$(readlink "/proc/$$/fd/1")"
  export USER_TERMINAL
fi
