// The conversation's token: kept for this tab only, and no longer than the server keeps it.

const KEY = "sclerotherapy-assistant";
const LIFETIME = 48 * 60 * 60 * 1000; // milliseconds; the server's own default (TOKEN_IDLE_HOURS)

interface Kept {
  token: string;
  expires: number;
}

export class Session {
  private kept: Kept | null = read();

  /** The token, or null where no conversation goes on. */
  get token(): string | null {
    if (this.kept && this.kept.expires <= Date.now()) this.end();
    return this.kept?.token ?? null;
  }

  /** Goes on with a token for another lifetime. */
  continue(token: string): void {
    this.kept = { token, expires: Date.now() + LIFETIME };
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
  return typeof kept?.token === "string" && typeof kept.expires === "number" ? kept : null;
}

/** Storage may be switched off; then a conversation lasts as long as its page. */
function attempt<Value>(action: () => Value): Value | null {
  try {
    return action();
  } catch {
    return null;
  }
}
