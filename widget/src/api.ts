// The web channel as docs/openapi.yml describes it.

import type { Session } from "./session";

const PATIENCE = 30_000; // milliseconds; a server with its default deadlines answers within 22 s

export interface Passage {
  id: string;
  text: string;
}

export interface Source {
  section: string;
  passages: Passage[];
}

export interface Choice {
  id: string;
  title: string;
}

export interface Message {
  id: string;
  kind: "answer" | "question" | "fallback" | "emergency" | "same_day" | "unavailable";
  text: string;
  topics: string[];
  subject: string | null;
  sources: Source[];
  choices: Choice[];
  /** Where a screening ends: what came of it. */
  screening?: { outcome?: string };
}

export type HistoryEntry =
  | ({ from: "assistant" } & Message)
  | { from: "patient"; text: string; choice: string | null };

/** What the patient says, with an id of its own: sent twice, it still counts once. */
export interface Outgoing {
  id: string;
  text: string;
  choice?: string;
}

/** On what terms the clinic calls back. */
export interface CallbackTerms {
  available: boolean;
  open_now: boolean;
  phone: string;
  hours: string;
  best_times: string[];
}

/** Who wants to be called; with an id of its own, as for `Outgoing`. */
export interface CallbackRequest {
  id: string;
  name: string;
  phone: string;
  best_time: string;
  consent: boolean;
}

export interface CallbackTaken {
  reference: string;
  message: string;
}

interface Reply<Entry> {
  conversation: string;
  messages: Entry[];
}

export type Fault = "offline" | "timeout" | "server" | "tooMany" | "refused" | "ended";

/** A request that brought no answer. */
export class RequestFailed extends Error {
  /**
   * @param fault why
   * @param explanation the server's own words, if it had any
   * @param code what the server refused; of a call-back request the field
   */
  constructor(
    readonly fault: Fault,
    readonly explanation = "",
    readonly code = "",
  ) {
    super(fault);
  }
}

export class Api {
  constructor(
    private readonly url: string,
    private readonly session: Session,
  ) {}

  /** Sends a message or a choice. */
  async send({ id, text, choice }: Outgoing): Promise<Message[]> {
    const body = choice === undefined ? { id, message: text } : { id, choice };
    return this.take(await this.request<Reply<Message>>("POST", "/webhook", body));
  }

  /** The conversation so far; empty where none goes on. */
  async history(): Promise<HistoryEntry[]> {
    if (!this.session.token) return [];
    return this.take(await this.request<Reply<HistoryEntry>>("GET", "/history"));
  }

  /** Erases the conversation here and at the server. */
  async erase(): Promise<void> {
    try {
      if (this.session.token) await this.request("DELETE", "/history");
    } catch (error) {
      if (!(error instanceof RequestFailed && error.fault === "ended")) throw error;
    }
    this.session.end();
  }

  /** Says whether a message helped. */
  async feedback(reply: string, helpful: boolean): Promise<void> {
    await this.request("POST", "/feedback", { reply, helpful });
  }

  /** On what terms the clinic calls back. */
  async callbackTerms(): Promise<CallbackTerms> {
    return this.request("GET", "/callback", undefined, null);
  }

  /** Asks to be called back; without a token, as it belongs to no conversation. */
  async askForCallback(request: CallbackRequest): Promise<CallbackTaken> {
    return this.request("POST", "/callback", request, null);
  }

  private take<Entry>(reply: Reply<Entry>): Entry[] {
    this.session.continue(reply.conversation);
    return reply.messages;
  }

  private async request<Answer>(
    method: string,
    path: string,
    body?: object,
    token = this.session.token,
  ): Promise<Answer> {
    const headers: Record<string, string> = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(this.url + path, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      if (!answer.ok) throw await failure(answer);
      return (await answer.json()) as Answer;
    } catch (error) {
      if (error instanceof RequestFailed) throw error;
      if (stop.signal.aborted) throw new RequestFailed("timeout");
      throw new RequestFailed(navigator.onLine ? "server" : "offline");
    } finally {
      clearTimeout(timer);
    }
  }
}

const FAULTS: Record<number, Fault> = { 400: "refused", 413: "refused", 401: "ended", 429: "tooMany" };

interface Refusal {
  error?: { code?: string; message?: string };
}

async function failure(answer: Response): Promise<RequestFailed> {
  const body = (await answer.json().catch(() => null)) as Refusal | null;
  return new RequestFailed(FAULTS[answer.status] ?? "server", body?.error?.message, body?.error?.code);
}
