"""An encoder on a ResNet-18 whose weights the user brings: they stay as they are, only what reads them is trained."""

from __future__ import annotations

from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional

from user_core.errors import WeightsError
from user_policies.networks.frozen_base import freeze
from user_policies.networks.resnet10 import LearnedSpatialEmbeddings
from user_policies.processing.image_input import MEAN, STD
from user_policies.tensors import check_tensors

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_STAGES = (64, 128, 256, 512)
_UNUSED = ("fc.", "num_batches_tracked")
"""Parts of usual weight files that an encoder has no use for: the classes, and a count of training batches."""


class FixedBatchNorm(nn.Module):
    """BatchNorm that uses the statistics of its weights file and never gathers its own."""

    def __init__(self, channels: int) -> None:
        """Begins as the identity."""
        super().__init__()
        self.register_buffer("weight", torch.ones(channels))
        self.register_buffer("bias", torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W) to the same shape."""
        return functional.batch_norm(
            maps,
            self.get_buffer("running_mean"),
            self.get_buffer("running_var"),
            self.get_buffer("weight"),
            self.get_buffer("bias"),
        )


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut: arXiv:1512.03385, with the names of the usual weight files."""

    def __init__(self, *, inputs: int, outputs: int, stride: int) -> None:
        """Makes the layers; the shortcut is a 1×1 convolution where the shape changes."""
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = FixedBatchNorm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = FixedBatchNorm(outputs)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), FixedBatchNorm(outputs)
            )

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, inputs, H, W) to (B, outputs, H/stride, W/stride)."""
        hidden = functional.relu(self.bn1(self.conv1(maps)))
        return functional.relu(self.bn2(self.conv2(hidden)) + self.downsample(maps))


class ResNet18(nn.Module):
    """The eighteen-layer residual network without its last layer; images as ImageNet's training normalised them."""

    def __init__(self) -> None:
        """Makes the layers with random weights."""
        super().__init__()
        self.conv1 = nn.Conv2d(3, _STAGES[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = FixedBatchNorm(_STAGES[0])
        channels = _STAGES[0]
        for number, size in enumerate(_STAGES, start=1):
            first = BasicBlock(inputs=channels, outputs=size, stride=1 if number == 1 else 2)
            self.add_module(f"layer{number}", nn.Sequential(first, BasicBlock(inputs=size, outputs=size, stride=1)))
            channels = size
        self.outputs = channels

    def forward(self, images: Tensor) -> Tensor:
        """Maps images (B, 3, H, W) to maps (B, 512, H/32, W/32)."""
        maps = functional.relu(self.bn1(self.conv1(images)))
        maps = functional.max_pool2d(maps, 3, stride=2, padding=1)
        for number in range(1, len(_STAGES) + 1):
            maps = self.get_submodule(f"layer{number}")(maps)
        return maps


class ResNet18Encoder(nn.Module):
    """A frozen ResNet-18, learned spatial embeddings (8), linear, LayerNorm, tanh.

    The backbone is base: it is neither sent nor kept with the policy, which names it by its hash.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, *, backbone: ResNet18, height: int, width: int, outputs: int) -> None:
        """Makes what reads the backbone.

        Args:
            backbone: With its weights; several cameras may share it. It is frozen here.
            height: Of the images, pixels.
            width: Of the images, pixels.
            outputs: Features.
        """
        super().__init__()
        self.backbone = backbone
        with torch.no_grad():
            shape = backbone(torch.zeros(1, 3, height, width)).shape
        self.embeddings = LearnedSpatialEmbeddings(
            channels=backbone.outputs, height=shape[2], width=shape[3], embeddings=8
        )
        self.head = nn.Sequential(nn.Linear(backbone.outputs * 8, outputs), nn.LayerNorm(outputs), nn.Tanh())
        self.register_buffer("mean", torch.tensor(_IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(_IMAGENET_STD)[:, None, None], persistent=False)
        self.outputs = outputs
        freeze(self, frozen=lambda name: name.startswith("backbone."))

    def forward(self, images: Tensor) -> Tensor:
        """Maps images (B, 3, H, W), normalised as everywhere here, to features (B, outputs)."""
        with torch.no_grad():
            maps = self.backbone((images * STD + MEAN - self.mean) / self.std)
        features: Tensor = self.head(self.embeddings(maps))
        return features


def read_resnet18(path: Path) -> ResNet18:
    """Reads a backbone from a .safetensors file with torchvision's names.

    Raises:
        WeightsError: When it cannot be read, or naming the tensors that are missing, unknown or of another shape.
    """
    network = ResNet18()
    try:
        given = safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise WeightsError(
            f"{path} cannot be read as weights of a ResNet-18: {error}. It must be a .safetensors file; "
            "safetensors.torch.save_file makes one of a state_dict"
        ) from error
    tensors = {name: value.to(torch.float32) for name, value in given.items() if not _unused(name)}
    expected = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    check_tensors({name: value.numpy() for name, value in tensors.items()}, expected=expected, what=str(path))
    network.load_state_dict(tensors)
    return network


def _unused(name: str) -> bool:
    return name.startswith(_UNUSED[0]) or name.endswith(_UNUSED[1])
