"""The address of a file store: what may be written in KHATA_FILES_URL, and the store behind it."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from khata.ports.files import Files

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

CLOUDS: Final = ("s3", "gs", "az")
_FORMS: Final = "s3://bucket/folder, gs://bucket/folder, az://container/folder or file:///folder"
# A person waits: a store that is away is told of within seconds.
_CLIENT: Final["ClientConfig"] = {"timeout": "20s", "connect_timeout": "3s", "allow_http": True}
_RETRY: Final["RetryConfig"] = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}


def files_address(url: str) -> str:
    """Return the address, having read it; nobody is called. Raises: ValueError, with a sentence."""
    open_files(url)
    return url


def open_files(url: str) -> Files:
    """Return the store at an address. Keys to a cloud come from its own variables.

    Raises: ValueError, with a sentence.
    """
    # Here, because settings are read by commands that need no file.
    from khata.adapters.files.object_files import FolderFiles, ObjectFiles

    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(
            "takes no password, ? or #: give the cloud's own variables, such as AWS_ACCESS_KEY_ID"
        )
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError("must name the folder from the root, with three slashes: file:///…")
        return FolderFiles(Path(unquote(parts.path)))
    if parts.scheme not in CLOUDS or not parts.netloc or ".." in parts.path.split("/"):
        raise ValueError(f"is no file store that khata knows: write {_FORMS}")
    return ObjectFiles(_cloud(url))


def _cloud(url: str) -> "ObjectStore":
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        return from_url(url, client_options=_CLIENT, retry_config=_RETRY)
    except (BaseError, ValueError, OSError) as failure:
        why = str(failure).partition("\n")[0]
        if "Account must be specified" in why:
            why = "needs AZURE_STORAGE_ACCOUNT_NAME beside it"
        raise ValueError(why) from None
