"""What can be set about the policy node."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import group, parameter
from user_core.errors import ConfigurationError
from user_policies.policies.config import DEVICES, PolicyConfig

WHERE = "the section policy_node of the params files, or the launch argument that sets it"


@dataclass(frozen=True, kw_only=True)
class PolicyNodeConfig:
    """Parameters of policy_node."""

    robots: tuple[str, ...] = parameter(("arm_0",), "namespaces of the arms that are served, without slashes")
    run_folder: str = parameter("", "folder of the run: applied weights are kept in its folder policy/")
    seed: int = parameter(0, "of the exploration noise", minimum=0)
    device: str = parameter("cpu", "where actions are computed; auto takes CUDA when it is there", choices=DEVICES)
    torch_threads: int = parameter(
        1, "threads of torch; more than one doubles the jitter on few cores", minimum=1, maximum=256
    )
    niceness: int = parameter(0, "priority given away to other processes", minimum=0, maximum=19)
    keep_versions: int = parameter(
        64,
        "newest versions kept on disk, beside the named ones and those in use; an evaluation by several robots asks "
        "for its version again after the training episodes that they were in",
        minimum=1,
        maximum=10_000,
    )
    weights_stall_s: float = parameter(
        5.0, "seconds without a chunk after which incomplete weights are subscribed to anew", minimum=0.1, maximum=600.0
    )
    inference_delay_s: float = parameter(
        0.0, "for tests and benchmarks: seconds by which every inference is made longer", minimum=0.0, maximum=10.0
    )
    policy: PolicyConfig = group(PolicyConfig)

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        if not self.run_folder:
            raise ConfigurationError(key="run_folder", value="", allowed="a folder, such as runs/trial", where=WHERE)
        if not self.robots or any(not name or "/" in name for name in self.robots):
            raise ConfigurationError(
                key="robots", value=list(self.robots), allowed="one or more names without slashes", where=WHERE
            )
