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

# For one machine: nobody else on the network is met, and a killed process leaves no shared memory behind.
export ROS_AUTOMATIC_DISCOVERY_RANGE="${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}"
export FASTDDS_BUILTIN_TRANSPORTS="${FASTDDS_BUILTIN_TRANSPORTS:-UDPv4}"
# Readable logs in pipes and files: a line is written when it is complete.
export PYTHONUNBUFFERED=1
