"""What a Python node of a Flink job is written with: ``from aiflow_flink import FlinkContext, FlinkPythonProcessor``."""

from aiflow_flink.context import FlinkContext
from aiflow_flink.processor import FlinkPythonProcessor

__all__ = ["FlinkContext", "FlinkPythonProcessor"]
