"""What moto does anew for each call or account, done once: the demo waits for it."""

from __future__ import annotations

from functools import cache

import botocore.session
import moto.backends
import moto.core.responses
import moto.core.utils
from botocore.loaders import Loader, create_loader
from moto.core.base_backend import AccountSpecificBackend


def quicken() -> None:
    """Let moto, in this process, keep what does not change while it runs."""
    # Moto and our own answers make a session for each question about a service, each of which reads its description.
    loader = cache(_loader)
    setattr(botocore.session, "create_loader", loader)  # noqa: B010 - a function of another package, typed
    setattr(moto.core.utils, "create_loader", loader)  # noqa: B010 - as above
    folders = tuple(moto.backends.list_of_moto_modules())
    setattr(moto.backends, "list_of_moto_modules", lambda: folders)  # noqa: B010 - as above
    names = cache(moto.core.utils.method_names_from_class)
    setattr(moto.core.responses, "method_names_from_class", names)  # noqa: B010 - as above
    regions = cache(_regions)
    setattr(AccountSpecificBackend, "_generate_regions", lambda _, service_name: regions(service_name))  # noqa: B010 - as above


def _loader(search_path_string: str | None = None) -> Loader:
    return create_loader(search_path_string)


def _regions(service: str) -> list[str]:
    session = AccountSpecificBackend.get_session()
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions(service, partition_name=partition)
    ]
