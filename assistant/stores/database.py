"""The conversations' database: SQLite in one file, or PostgreSQL. Every call has a deadline.

A database that is away, hangs or is damaged raises `StoreUnavailable`; it never blocks the event
loop, and nothing connects before the first call, so a server starts without it. No statement's
parameter gets into a message or a log line.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import select
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import psycopg2
import psycopg2.extensions
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.pool import QueuePool

from assistant import metrics
from assistant.settings import PROJECT
from assistant.stores.deadlines import within
from assistant.stores.errors import StaleSave, StoreUnavailable
from assistant.stores.migrations import upgrade
from assistant.stores.schema import conversations, replies

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

CONNECTIONS = 4  # at a time; the same number of threads runs the calls
_REWRITE_SECONDS = 60.0
_SCHEMA_LOCK = 7_305_712_211  # any number, the same in every server that creates the tables


class Database:
    """Runs functions on connections, each in a transaction, in a thread, within a deadline."""

    def __init__(self, url: str, deadline: float) -> None:
        """Prepares the connections and opens none.

        Args:
            url: SQLAlchemy URL, `sqlite:///path` (from the project's folder) or
                `postgresql://user:password@host:port/name`.
            deadline: Longest duration of a call, in seconds.

        Raises:
            ValueError: The URL is of another kind, or names no file.
        """
        self._deadline = deadline
        self._engine = _create_engine(make_url(url), deadline)
        self._reader = self._engine
        # SQLite begins a transaction with the first write only; PostgreSQL must be told.
        if self._engine.dialect.name == "postgresql":
            self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="database")
        self._name = uuid.uuid4().hex  # two servers never write the same row
        self._prepared = False
        self._preparing = threading.Lock()
        self._rewriting = threading.Lock()

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Runs a function in a transaction, which is committed when it returns.

        Args:
            work: Gets the connection. It runs in another thread.

        Returns:
            What the function returned.

        Raises:
            StaleSave: The function's rows contradict rows that others have written.
            StoreUnavailable: The database failed or the deadline passed. After a deadline the
                transaction may still have been committed.
        """
        return await self._call(functools.partial(self._in_transaction, work))

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Runs a function that only reads, without the round trips of a transaction.

        Args:
            work: Gets the connection. It runs in another thread; each of its queries sees what
                was committed by then.

        Returns:
            What the function returned.

        Raises:
            StoreUnavailable: The database failed or the deadline passed.
        """
        return await self._call(functools.partial(self._reading, work))

    async def ping(self) -> None:
        """Reads and writes a row, to know whether the database is there, whole and not full.

        Raises:
            StoreUnavailable: It isn't.
        """
        await self.run(self._beat)

    def _beat(self, connection: Connection) -> None:
        """Writes a reply that has expired, of a message nobody sent; old ones are purged."""
        connection.scalar(sa.select(conversations.c.sender_id).limit(1))
        row = {"scope": "health", "message_id": self._name, "sender_id": "health"}
        same = (replies.c.scope == row["scope"], replies.c.message_id == row["message_id"])
        life = {"claimed_until": 0.0, "expires": time.time()}
        if not connection.execute(replies.update().where(*same).values(life)).rowcount:
            connection.execute(replies.insert(), {**row, **life})

    async def forget_deleted(self) -> None:
        """Rewrites a SQLite file, so that nothing of deleted rows is left in it or in its log.

        `secure_delete` alone isn't enough: pages that SQLite has rearranged keep copies of rows in
        their unused parts. Nobody can write meanwhile, about two seconds for 100 MB. PostgreSQL
        overwrites deleted rows when it vacuums, which it does by itself.

        Raises:
            StoreUnavailable: Somebody still reads the file, or the database failed.
        """
        if self._engine.dialect.name == "sqlite":
            await self._call(self._rewrite, _REWRITE_SECONDS)

    def close(self) -> None:
        """Gives the connections back, without waiting for calls that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()

    async def _call(
        self, function: Callable[[float], Result], deadline: float | None = None
    ) -> Result:
        deadline = deadline or self._deadline
        give_up_at = time.monotonic() + deadline
        future = asyncio.get_running_loop().run_in_executor(self._threads, function, give_up_at)
        try:
            return await within(deadline, future)
        except Exception as error:
            failure = _describe(error)
        # Raised out here so that the cause, which knows the statement, isn't attached.
        raise failure

    def _in_transaction(self, work: Callable[[Connection], Result], give_up_at: float) -> Result:
        self._prepare()
        with self._engine.begin() as connection:
            result = work(connection)
            # The caller has been refused by then: better to forget than to commit behind its back.
            if time.monotonic() > give_up_at:
                raise TimeoutError
            return result

    def _reading(self, work: Callable[[Connection], Result], _give_up_at: float) -> Result:
        self._prepare()
        with self._reader.connect() as connection:
            return work(connection)

    def _prepare(self) -> None:
        """Migrates the tables at the first call; servers that start together do so in turn."""
        with self._preparing:
            if self._prepared:
                return
            with self._engine.begin() as connection:
                if self._engine.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
                else:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                upgrade(connection)
            self._prepared = True

    def _rewrite(self, give_up_at: float) -> None:
        with self._rewriting, self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()[0]:
                if time.monotonic() > give_up_at:
                    raise TimeoutError
                time.sleep(0.02)


@functools.cache
def open_database(url: str, deadline: float) -> Database:
    """The process's one database of this URL, so that the stores share its connections.

    Args:
        url: As for `Database`.
        deadline: As for `Database`.

    Returns:
        The database.
    """
    return Database(url, deadline)


def _describe(error: Exception) -> StoreUnavailable:
    """Names a failure by its kind alone: its message may hold data."""
    if isinstance(error, asyncio.TimeoutError | TimeoutError):
        reason = "deadline passed"
    elif isinstance(error, DBAPIError):
        code = getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlite_errorname", "")
        reason = f"{type(error.orig).__name__} {code or ''}".strip()
    else:
        reason = type(error).__name__
    kind = StaleSave if isinstance(error, IntegrityError) else StoreUnavailable
    metrics.store_errors.labels("database").inc()
    logger.error("The conversations' database failed: %s", reason)
    return kind(reason)


def _create_engine(url: URL, deadline: float) -> Engine:
    common: dict[str, Any] = {
        "poolclass": QueuePool,
        "pool_size": CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": deadline,
        "hide_parameters": True,
    }
    backend = url.get_backend_name()
    if backend == "postgresql":
        return _postgresql_engine(url, deadline, common)
    if backend != "sqlite" or not url.database or url.database == ":memory:":
        raise ValueError(
            "DATABASE_URL must be sqlite:///<file> or postgresql://<user>:<password>@<host>/<name>"
        )
    file = _SQLiteFile(PROJECT / url.database, deadline)
    engine = sa.create_engine("sqlite://", creator=file.connect, **common)
    sa.event.listen(engine, "checkout", file.refuse_another)
    return engine


class _SQLiteFile:
    """Connects to one file and notices when it is taken away or replaced under the server."""

    def __init__(self, path: Path, deadline: float) -> None:
        self._path = path
        self._busy_timeout = int(deadline * 1000 * 2 / 3)
        self._may_create = True

    def connect(self) -> sqlite3.Connection:
        if self._may_create:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        # Once it has been there, an absent file is a fault, not the beginning of an empty one.
        mode = "rwc" if self._may_create else "rw"
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode={mode}", uri=True, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout={self._busy_timeout}")
        self._write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        self._may_create = False
        return connection

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        """Switches a new file to write-ahead logging, for which SQLite doesn't wait by itself."""
        end = time.monotonic() + self._busy_timeout / 1000
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def refuse_another(self, connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        """Drops a connection whose file stands no longer under its name."""
        identity = self._identity()
        if record.info.setdefault("file", identity) != identity or identity is None:
            raise DisconnectionError


def _postgresql_engine(url: URL, deadline: float, common: dict[str, Any]) -> Engine:
    # A stopped server acknowledges at the level of TCP, so only our own waiting can end the wait.
    psycopg2.extensions.set_wait_callback(functools.partial(_wait, deadline=deadline))
    milliseconds = int(deadline * 1000)
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg2"),
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": max(2, int(deadline)),
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
            "tcp_user_timeout": 2 * milliseconds,
        },
        **common,
    )


def _wait(connection: Any, deadline: float) -> None:
    """Waits for PostgreSQL's next answer, at most the deadline.

    Raises:
        psycopg2.OperationalError: It didn't come. The wording is one by which SQLAlchemy knows
            that the connection is dead.
    """
    while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
        events = select.POLLIN if state == psycopg2.extensions.POLL_READ else select.POLLOUT
        socket = select.poll()  # `select.select` fails in a process with more than 1,024 files
        socket.register(connection, events)
        if not socket.poll(1000 * deadline):
            raise psycopg2.OperationalError("could not receive data from server")
