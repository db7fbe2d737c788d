"""What a deployment of a connector is: `connector.yaml`."""
