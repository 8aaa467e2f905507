"""What a Python job of AIFlow is written with: ``from aiflow import ExecutionContext, PythonProcessor``."""

from aiflow.context import ExecutionContext
from aiflow.processor import PythonProcessor

__all__ = ["ExecutionContext", "PythonProcessor"]
