"""The language of `*.pipeline.yaml`: what people write, read with every problem at once."""
