"""From physical states and uint8 images to what networks take, and augmentation on the way."""
