"""What a rate of messages needs, computed from measured costs and checked by a simulation.

`python -m tests.production.scaling` prints the tables of docs/scaling.md.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass

from tests.production.visitors import percentile

MOST_BUSY = 0.6  # of a core; beyond that, waits grow faster than they are worth
SECONDS_BETWEEN = 15.0  # from one message of a person to the next


@dataclass(frozen=True)
class Costs:
    """CPU seconds a message costs each part (`make production-test ONLY=cost`).

    Attributes:
        rasa: The Rasa server, whose event loop does one thing at a time.
        actions: The action servers.
        postgresql: PostgreSQL, over all its processes.
        redis: Redis, one thread.
        nginx: nginx.
        kibibytes: What a turn takes on disk.
    """

    rasa: float
    actions: float
    postgresql: float
    redis: float
    nginx: float
    kibibytes: float


# Row "cost of a message" of docs/production-test.md, 2026-11-29, on two quiet cores.
MEASURED = Costs(0.0238, 0.0014, 0.0022, 0.0002, 0.0003, 8.3)


@dataclass(frozen=True)
class Needs:
    """What a rate needs.

    Attributes:
        rasa_servers: Processes, each with a core.
        action_cores: Cores for the action servers.
        postgresql_cores: Cores for PostgreSQL.
        redis_busy: Part of Redis's one thread that is busy.
        nginx_cores: Cores for nginx.
        connections: To PostgreSQL, four for each Rasa server.
        gigabytes_a_day: What is stored if the rate holds all day.
    """

    rasa_servers: int
    action_cores: int
    postgresql_cores: int
    redis_busy: float
    nginx_cores: int
    connections: int
    gigabytes_a_day: float


def needs(rate: float, costs: Costs = MEASURED) -> Needs:
    """Computes what a rate needs.

    Args:
        rate: Messages a second.
        costs: What each costs.

    Returns:
        The needs; two Rasa servers at least, so that one may fail.
    """
    servers = max(2, math.ceil(rate * costs.rasa / MOST_BUSY))
    return Needs(
        rasa_servers=servers,
        action_cores=_cores(rate * costs.actions),
        postgresql_cores=_cores(rate * costs.postgresql),
        redis_busy=rate * costs.redis,
        nginx_cores=_cores(rate * costs.nginx),
        connections=4 * servers,
        gigabytes_a_day=rate * 86_400 * costs.kibibytes / 1024**2,
    )


def simulate(
    rate: float,
    servers: int,
    service: float,
    *,
    messages: int = 20_000,
    spread: float = 0.5,
    seed: int = 1,
) -> list[float]:
    """Plays messages that arrive by chance at servers which take them one by one.

    A conversation keeps to one server, as nginx's consistent hash makes it; a message's service
    time is drawn from a gamma distribution, which has a long tail, as measured ones have.

    Args:
        rate: Messages a second, over all servers.
        servers: How many.
        service: Mean service time, in seconds.
        messages: How many are played.
        spread: Standard deviation of the service time, as part of its mean.
        seed: Of the random numbers.

    Returns:
        Seconds from arrival to answer of each message, without the first tenth.
    """
    rng = random.Random(seed)
    shape = 1.0 / spread**2
    people = max(servers, round(rate * SECONDS_BETWEEN))
    server_of = [rng.randrange(servers) for _ in range(people)]
    arrivals = [(rng.expovariate(1.0 / SECONDS_BETWEEN), person) for person in range(people)]
    heapq.heapify(arrivals)
    free_at = [0.0] * servers
    times = []
    for _ in range(messages):
        arrived, person = heapq.heappop(arrivals)
        server = server_of[person]
        begun = max(arrived, free_at[server])
        free_at[server] = begun + rng.gammavariate(shape, service / shape)
        times.append(free_at[server] - arrived)
        # People read the answer before they write again.
        again = free_at[server] + rng.expovariate(1.0 / SECONDS_BETWEEN)
        heapq.heappush(arrivals, (again, person))
    return times[messages // 10 :]


def main() -> None:
    """Prints the tables."""
    print(
        "| messages/s | people at a time | Rasa servers | action cores | PostgreSQL cores ", end=""
    )
    print("| Redis busy | nginx cores | connections | GB a day | p95 simulated |")
    print("|---" * 10 + "|")
    for rate in (10, 100, 10_000):
        need = needs(rate)
        # One rate for each server is the same at any size; play at most a hundred of them.
        part = min(1.0, 100 / need.rasa_servers)
        p95 = percentile(
            simulate(rate * part, round(need.rasa_servers * part), MEASURED.rasa), 0.95
        )
        print(
            f"| {rate} | {rate * SECONDS_BETWEEN:.0f} | {need.rasa_servers} | {need.action_cores} "
            f"| {need.postgresql_cores} | {100 * need.redis_busy:.0f} % | {need.nginx_cores} "
            f"| {need.connections} | {need.gigabytes_a_day:.1f} | {1000 * p95:.0f} ms |"
        )


def _cores(busy: float) -> int:
    return max(1, math.ceil(busy / MOST_BUSY))


if __name__ == "__main__":
    main()
