"""Finds a checkpoint's files in a local folder or on the Hugging Face hub.

A checkpoint is named by a folder, or by a hub id with an optional revision: `org/name`, `org/name@revision`.
`huggingface_hub` downloads, caches, resumes and shows the progress; here its errors become sentences that say
what to do. The endpoint is that of `HF_ENDPOINT` at the time of the call.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, overload

from huggingface_hub import HfApi, constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from tqdm import tqdm

from phi_model.errors import CheckpointError, CheckpointNotFoundError

logger = logging.getLogger(__name__)

PathLike = str | os.PathLike[str]
Watch = Callable[[str, int, int], None]  # a file's name, its bytes that have come, its size
_COMMIT = re.compile(r"[0-9a-f]{40}")
_RETRY_LATER = (429, 500, 502, 503, 504)


def split_revision(name: str) -> tuple[str, str | None]:
    """Splits `org/name@revision`; the revision is None where the name has none.

    A folder that exists under the whole name is left as it is.
    """
    if Path(name).expanduser().is_dir():
        return name, None
    repo, _, revision = name.partition("@")
    return repo, revision or None


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the files of one checkpoint come from: a folder, or a hub repository at a revision.

    `commit` is the commit that the revision was found to be, see `pinned`. `watch` is called as a download goes on;
    what it raises ends the download, and what has come is kept for the next one.
    """

    folder: Path | None = None
    repo: str = ""
    revision: str | None = None
    commit: str | None = None
    token: str | bool | None = None
    cache_dir: PathLike | None = None
    local_files_only: bool = False
    watch: Watch | None = None

    @classmethod
    def of(
        cls,
        path_or_repo: PathLike,
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: PathLike | None = None,
        local_files_only: bool = False,
        watch: Watch | None = None,
    ) -> Source:
        """Tells a folder from a hub id.

        Raises:
            CheckpointNotFoundError: the name can only be a folder, and there is none.
            ValueError: `revision` contradicts the one in the name.
        """
        name = os.fspath(path_or_repo)
        path = Path(name).expanduser()
        if path.is_dir():
            return cls(folder=path)
        if path.exists():
            raise CheckpointNotFoundError(f"{name}: a checkpoint is a folder, this is a file")
        if _only_a_path(path_or_repo, name):
            raise CheckpointNotFoundError(f"{name}: no such folder")
        repo, own = split_revision(name)
        if own and revision and own != revision:
            raise ValueError(
                f"revision must be given once, got {own!r} in {name!r} and {revision!r} beside it"
            )
        return cls(
            repo=repo,
            revision=own or revision,
            token=token,
            cache_dir=cache_dir,
            local_files_only=local_files_only,
            watch=watch,
        )

    def __str__(self) -> str:
        if self.folder is not None:
            return str(self.folder)
        return f"{self.repo}@{self.revision}" if self.revision else self.repo

    @overload
    def file(self, filename: str, *, required: Literal[True] = True) -> Path: ...
    @overload
    def file(self, filename: str, *, required: bool) -> Path | None: ...
    def file(self, filename: str, *, required: bool = True) -> Path | None:
        """The local path of a file, downloaded if need be; None where an optional file does not exist.

        Raises:
            CheckpointNotFoundError: a required file, the repository or the revision does not exist, or
                cannot be reached and is not in the cache.
            CheckpointError: the hub refuses access, or answers with an error.
        """
        if self.folder is not None:
            path = self.folder / filename
            if path.is_file():
                return path
            if required:
                raise CheckpointNotFoundError(f"{self.folder}: has no {filename}")
            return None
        if self.commit is not None:
            cached = try_to_load_from_cache(
                self.repo, filename, cache_dir=self.cache_dir, revision=self.commit
            )
            if isinstance(cached, str):
                return Path(cached)
            if cached is not None and not required:
                return None  # known not to exist
        try:
            return self._download(filename)
        except CheckpointNotFoundError as error:
            if required or not _is_absence_of_file(error.__cause__):
                raise
            return None

    def pinned(self, file: Path | None) -> Source:
        """The same at the commit that a file of it came from.

        A branch may move between two downloads; and what is in the cache at a commit needs no network.
        """
        commit = None if file is None else commit_of(file)
        return self if commit is None else replace(self, commit=commit)

    def _download(self, filename: str) -> Path:
        with self._plain_errors(filename):
            try:
                return self._download_at(self.commit or self.revision, filename)
            except (RevisionNotFoundError, EntryNotFoundError) as error:
                # Some mirrors know a commit by its branch or tag only.
                unknown = _status(error) == 404 and not isinstance(error, RemoteEntryNotFoundError)
                if self.commit is None or not unknown:
                    raise
                return self._download_at(self.revision, filename)

    def _download_at(self, revision: str | None, filename: str) -> Path:
        path = hf_hub_download(
            self.repo,
            filename,
            revision=revision,
            cache_dir=self.cache_dir,
            token=self.token,
            local_files_only=self.local_files_only,
            endpoint=_endpoint(),
            tqdm_class=None if self.watch is None else _watched(filename, self.watch),
        )
        return Path(path)

    def names(self) -> list[str]:
        """Names of the checkpoint's files, as far as they can be known without a download."""
        if self.folder is not None:
            return sorted(path.name for path in self.folder.iterdir())
        if self.local_files_only:
            return []
        api = HfApi(endpoint=_endpoint(), token=self.token)
        try:
            with self._plain_errors("its list of files"):
                info = api.model_info(self.repo, revision=self.revision)
                return sorted(file.rfilename for file in info.siblings or ())
        except CheckpointError as error:
            logger.warning("%s", error)
            return []

    @contextmanager
    def _plain_errors(self, filename: str) -> Iterator[None]:
        try:
            yield
        except GatedRepoError as error:
            raise CheckpointError(
                f"{self}: access is gated; accept its terms at {_endpoint_name()}/{self.repo} and pass "
                "a token of your account (token=..., HF_TOKEN, or `hf auth login`)"
            ) from error
        except RepositoryNotFoundError as error:
            raise CheckpointNotFoundError(
                f"{self.repo}: there is no such folder, and no such repository on {_endpoint_name()} "
                "(a private one needs a token: token=..., HF_TOKEN, or `hf auth login`)"
            ) from error
        except RevisionNotFoundError as error:
            raise CheckpointNotFoundError(
                f"{self.repo}: has no revision {self.revision!r} (a branch, a tag or a commit)"
            ) from error
        except HFValidationError as error:
            raise CheckpointNotFoundError(
                f"{self.repo}: there is no such folder, and it is no hub id such as 'org/name'"
            ) from error
        except EntryNotFoundError as error:
            if isinstance(error, LocalEntryNotFoundError) and not _status(error) == 404:
                raise self._unreachable(filename, error) from error
            raise CheckpointNotFoundError(f"{self}: has no {filename}") from error
        except HfHubHTTPError as error:
            raise CheckpointError(
                f"{self}: {_endpoint_name()} answered {_status(error)} for {filename}"
            ) from error
        except (HTTPError, OSError) as error:
            raise CheckpointError(f"{self}: cannot fetch {filename}: {error}") from error

    def _unreachable(
        self, filename: str, error: LocalEntryNotFoundError
    ) -> CheckpointNotFoundError:
        if self.local_files_only or constants.HF_HUB_OFFLINE:
            reason = "downloads are off (local_files_only or HF_HUB_OFFLINE)"
        elif status := _status(error):
            reason = f"{_endpoint_name()} answered {status}"
        else:
            reason = f"{_endpoint_name()} cannot be reached"
        return CheckpointNotFoundError(f"{self}: {filename} is not in the local cache and {reason}")


def resolve_file(
    path_or_repo: PathLike,
    filename: str,
    *,
    revision: str | None = None,
    token: str | bool | None = None,
    cache_dir: PathLike | None = None,
    local_files_only: bool = False,
    required: bool = True,
) -> Path | None:
    """Local path of one file of a folder or a hub repository.

    Args:
        path_or_repo: a folder, `org/name` or `org/name@revision`.
        filename: path inside it.
        revision: branch, tag or commit; the default branch where None.
        token: the hub token; True means the stored one.
        cache_dir: the download cache; the hub library's where None.
        local_files_only: never use the network.
        required: whether a missing file is an error, or None.

    Raises:
        CheckpointError: see `Source.file`.
    """
    source = Source.of(
        path_or_repo,
        revision=revision,
        token=token,
        cache_dir=cache_dir,
        local_files_only=local_files_only,
    )
    return source.file(filename, required=required)


def commit_of(path: Path) -> str | None:
    """The commit that a downloaded file belongs to; None for a file that is not in the hub's cache."""
    parents = path.parts
    if "snapshots" not in parents:
        return None
    after = parents[len(parents) - parents[::-1].index("snapshots") :]
    return after[0] if _COMMIT.fullmatch(after[0]) else None


def _watched(filename: str, watch: Watch) -> type[tqdm]:
    """A progress bar for the hub library that shows nothing and tells `watch`."""

    class Watched(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # A disabled one does not count.
            super().__init__(*args, **{**kwargs, "disable": False, "file": _Nowhere()})
            self._tell()

        def update(self, n: float | None = 1) -> bool | None:
            shown = super().update(n)
            self._tell()
            return shown

        def _tell(self) -> None:
            if self.total:
                watch(filename, int(self.n), int(self.total))

    return Watched


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def _only_a_path(given: PathLike, name: str) -> bool:
    return (
        not isinstance(given, str)
        or name.startswith((".", "~", os.sep))
        or "\\" in name
        or name.split("@")[0].count("/") > 1
        or Path(name).is_absolute()
    )


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _endpoint_name() -> str:
    return (_endpoint() or constants.ENDPOINT).rstrip("/")


def _status(error: BaseException | None) -> int | None:
    """The HTTP status behind an error of the hub library, if there is one."""
    while error is not None:
        response = getattr(error, "response", None)
        if response is not None:
            return int(response.status_code)
        error = error.__cause__
    return None


def _is_absence_of_file(error: BaseException | None) -> bool:
    """Whether only this file is missing (offline: from the cache), and not its repository."""
    return isinstance(error, EntryNotFoundError) and _status(error) not in _RETRY_LATER
