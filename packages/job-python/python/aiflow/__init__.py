"""What a Python job of AIFlow is written with: ``from aiflow import ExecutionContext, PythonProcessor``."""

from aiflow.context import ExecutionContext
from aiflow.events import ModelVersionEvent
from aiflow.processor import PythonProcessor
from aiflow.resources import Column, Dataset, Model

__all__ = ["Column", "Dataset", "ExecutionContext", "Model", "ModelVersionEvent", "PythonProcessor"]
