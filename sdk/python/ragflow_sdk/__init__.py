"""A Python client for the RAGFlow API, v0.20 line.

`RAGFlow` is the way in; the other names are the objects that it hands out.
"""

from ragflow_sdk.agent import Agent
from ragflow_sdk.chat import Chat
from ragflow_sdk.chunk import Chunk, ChunkUpdateError
from ragflow_sdk.dataset import DataSet
from ragflow_sdk.document import Document
from ragflow_sdk.ragflow import RAGFlow
from ragflow_sdk.session import Message, Session
from ragflow_sdk.transport import RAGFlowConnectionError, RAGFlowError, RAGFlowTimeout

__version__ = "0.20.5.post1"

__all__ = [
    "Agent",
    "Chat",
    "Chunk",
    "ChunkUpdateError",
    "DataSet",
    "Document",
    "Message",
    "RAGFlow",
    "RAGFlowConnectionError",
    "RAGFlowError",
    "RAGFlowTimeout",
    "Session",
    "__version__",
]
