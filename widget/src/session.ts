// The conversation's token: kept for this tab only, and no longer than the server keeps it.

const KEY = "sclerotherapy-assistant";
const HOUR = 60 * 60 * 1000; // milliseconds

interface Kept {
  token: string;
  /** Null where the server hasn't told: then it alone says when a token is over. */
  expires: number | null;
}

export class Session {
  private kept: Kept | null = read();

  /**
   * @param idleHours how long a token lives after the reply that brought it; null where that isn't known
   */
  constructor(private readonly idleHours: number | null) {}

  /** The token, or null where no conversation goes on. */
  get token(): string | null {
    if (this.kept && this.kept.expires !== null && this.kept.expires <= Date.now()) this.end();
    return this.kept?.token ?? null;
  }

  /** Goes on with a token for another lifetime. */
  continue(token: string): void {
    const { idleHours } = this;
    this.kept = { token, expires: idleHours === null ? null : Date.now() + idleHours * HOUR };
    attempt(() => sessionStorage.setItem(KEY, JSON.stringify(this.kept)));
  }

  /** Forgets the conversation. */
  end(): void {
    this.kept = null;
    attempt(() => sessionStorage.removeItem(KEY));
  }
}

function read(): Kept | null {
  const kept = attempt(() => JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null);
  const hasTime = kept?.expires === null || typeof kept?.expires === "number";
  return typeof kept?.token === "string" && hasTime ? kept : null;
}

/** Storage may be switched off; then a conversation lasts as long as its page. */
function attempt<Value>(action: () => Value): Value | null {
  try {
    return action();
  } catch {
    return null;
  }
}
