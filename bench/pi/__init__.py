"""How fast OSI PI's connector reads, against the simulator."""
