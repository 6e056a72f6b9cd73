"""Why a file cannot be used, in words."""

from __future__ import annotations


def why(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "what should be a folder is a file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return (error.strerror or str(error)).rstrip(".")
