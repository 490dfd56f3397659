"""The shared vocabulary: specs, types, interfaces, configuration, registry, transforms and the log."""
