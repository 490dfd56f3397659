# Sourced by environment.sh with root set: which machines are met. The user's own settings are kept.

if [[ "${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}" == @(SUBNET|OFF) ]]; then
  dds_profile=fastdds_network.xml
elif [[ "${RMW_IMPLEMENTATION:-rmw_fastrtps_cpp}" != rmw_fastrtps* ]]; then
  dds_profile=
  export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST
else
  # With LOCALHOST rmw_fastrtps adds shared memory, whatever FASTDDS_BUILTIN_TRANSPORTS says, and a killed process leaves
  # its files behind; our profile stays on the machine by itself.
  dds_profile=fastdds_one_machine.xml
  export ROS_AUTOMATIC_DISCOVERY_RANGE=SYSTEM_DEFAULT
fi

if [[ -n "$dds_profile" ]]; then
  export FASTDDS_BUILTIN_TRANSPORTS="${FASTDDS_BUILTIN_TRANSPORTS:-UDPv4}"
  export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE:-$root/src/user_bringup/config/$dds_profile}"
fi
