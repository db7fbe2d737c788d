"""The asset model: what stands in the asset server's databases, each a pure function of the seed and of numbers."""
