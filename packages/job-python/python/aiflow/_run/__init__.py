"""Runs the nodes of one job. Not for users: nothing in here keeps its shape between versions."""
