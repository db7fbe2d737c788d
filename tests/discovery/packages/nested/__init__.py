from .inner import PlantConnector
