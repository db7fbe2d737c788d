from .connector import PlantConnector
