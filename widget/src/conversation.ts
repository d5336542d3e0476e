// What is said in a conversation: sends it, shows the answer, and lets a failed message go out again.

import { Api, RequestFailed, type Choice, type HistoryEntry, type Message, type Outgoing } from "./api";
import type { Announcer } from "./announcer";
import { Callback, callsForPerson } from "./callback";
import { Chat, type Line, type Said } from "./chat";
import { button, element } from "./elements";
import { newId } from "./ids";
import type { Options } from "./options";
import { renderChoices, renderMessage, retireChoices, spoken, type Reactions } from "./render";
import { linked, richText } from "./richtext";

const LONGEST = 1000; // characters that the server takes
const HANDOFF = "handoff"; // the one choice that is always open

/** A note that a message got no answer, with the button that sends it again. */
interface Failure {
  shown: HTMLElement;
  outgoing: Outgoing;
  isOffline: boolean;
}

export class Conversation {
  private chat: Chat | null = null;
  private failure: Failure | null = null;
  private underway: Promise<unknown> = Promise.resolve();
  private readonly callback: Callback;
  private readonly reactions: Reactions = {
    choose: (choice) => this.chat?.say({ text: choice.title, choice: choice.id }),
    rate: (message, helpful) => this.api.feedback(message.id, helpful),
  };

  constructor(
    private readonly options: Options,
    private readonly api: Api,
    private readonly announcer: Announcer,
  ) {
    this.callback = new Callback(options, api, announcer, () => this.focus());
  }

  /** Shows the conversation so far and takes messages from now on. */
  async start(parent: HTMLElement): Promise<void> {
    const lines = await this.earlierLines();
    this.chat = await Chat.create(parent, this.options.texts, lines, (said) => this.answer(said));
    window.addEventListener("online", () => {
      if (this.failure?.isOffline) void this.sendAgain(this.failure);
    });
  }

  /** Asks for a person. */
  askForPerson(): void {
    this.chat?.say({ text: this.options.texts.person, choice: HANDOFF });
  }

  /**
   * Erases the conversation here and at the server; with the answer that is awaited just now.
   *
   * @returns whether that worked
   */
  async erase(): Promise<boolean> {
    await this.underway;
    try {
      await this.api.erase();
    } catch {
      return false;
    }
    this.failure = null;
    this.callback.forget();
    this.chat?.clear();
    this.chat?.add(this.intro());
    return true;
  }

  /** Puts the focus where the patient writes. */
  focus(): void {
    this.chat?.focus();
  }

  private async earlierLines(): Promise<Line[]> {
    const { texts } = this.options;
    try {
      const entries = await this.api.history();
      return this.toLines(entries);
    } catch (error) {
      const hasEnded = error instanceof RequestFailed && error.fault === "ended";
      if (hasEnded) await this.api.erase();
      const said = hasEnded ? texts.ended : texts.historyFailed;
      return [this.intro(), this.note(said)].map((shown) => ({ from: "assistant", shown }));
    }
  }

  private toLines(entries: HistoryEntry[]): Line[] {
    const titles = new Map([[HANDOFF, this.options.texts.person]]);
    const said = entries.map((entry): Line => {
      if (entry.from === "patient") {
        return { from: "patient", text: titles.get(entry.choice ?? "") ?? entry.text };
      }
      entry.choices.forEach(({ id, title }) => titles.set(id, title));
      return { from: "assistant", shown: renderMessage(entry, this.options, this.reactions) };
    });
    const lines: Line[] = [{ from: "assistant", shown: this.intro() }, ...said];
    const lastSaid = lines.map((line) => line.from).lastIndexOf("patient");
    for (const line of lines.slice(0, Math.max(lastSaid, 0))) {
      if (line.from === "assistant") retireChoices(line.shown);
    }
    return lines;
  }

  /** The first thing that is shown: it comes from the page, so nothing is sent before a question. */
  private intro(): HTMLElement {
    const { texts } = this.options;
    const questions = texts.suggestions.split("|").map((title): Choice => ({ id: title, title }));
    const ask = ({ title }: Choice): void => this.chat?.say({ text: title });
    const choices = renderChoices(questions, texts, { choose: ask });
    const told = texts.intro.split("\n").filter((line) => !/\{\w+\}/.test(line));
    return element("div", { class: "message" }, ...richText(told.join("\n")), choices);
  }

  private note(text: string): HTMLElement {
    return element("div", { class: "message note" }, element("p", {}, ...linked(text)));
  }

  private async answer(said: Said): Promise<HTMLElement[]> {
    if (this.chat) retireChoices(this.chat.content);
    this.failure?.shown.querySelector("button")?.remove();
    if (Array.from(said.text).length > LONGEST) {
      this.announcer.warn(this.options.texts.tooLong);
      return [this.note(this.options.texts.tooLong)];
    }
    return this.send({ id: newId(), ...said });
  }

  private send(outgoing: Outgoing): Promise<HTMLElement[]> {
    const shown = this.exchange(outgoing);
    this.underway = shown;
    return shown;
  }

  private async exchange(outgoing: Outgoing): Promise<HTMLElement[]> {
    this.failure = null;
    try {
      const messages = await this.api.send(outgoing);
      this.announce(messages);
      const shown = messages.map((each) => renderMessage(each, this.options, this.reactions));
      const last = shown[shown.length - 1];
      const handover = shown[messages.findIndex(callsForPerson)];
      if (last && handover) void this.offerCallback(last, handover);
      // An apology is no answer: the server takes the same message again.
      if (last && messages.some(({ kind }) => kind === "unavailable")) {
        this.failure = this.makeRepeatable(last, outgoing, false);
      }
      return shown;
    } catch (error) {
      return [this.explain(error, outgoing)];
    }
  }

  /** Below the answer; what hands over to a person stays in sight from its beginning. */
  private async offerCallback(last: HTMLElement, handover: HTMLElement): Promise<void> {
    const turn = this.underway;
    const isShown = await this.callback.offer(last);
    // Not where the patient has gone on writing meanwhile.
    if (isShown && this.underway === turn) this.chat?.scrollTo(handover);
  }

  private announce(messages: Message[]): void {
    const isUrgent = messages.some(({ kind }) => kind === "emergency");
    const text = messages.map((each) => spoken(each, this.options.texts)).join("\n");
    if (isUrgent) this.announcer.warn(text);
    else this.announcer.say(text);
  }

  private explain(error: unknown, outgoing: Outgoing): HTMLElement {
    const { texts, phone } = this.options;
    const fault = error instanceof RequestFailed ? error.fault : "server";
    const refusal = error instanceof RequestFailed ? error.explanation : "";
    const reason = fault === "refused" ? refusal || texts.server : texts[fault];
    const text = phone && fault !== "refused" ? `${reason} ${texts.orCall}` : reason;
    this.announcer.warn(text);
    const shown = this.note(text);
    if (fault !== "refused") {
      this.failure = this.makeRepeatable(shown, outgoing, fault === "offline");
    }
    return shown;
  }

  private makeRepeatable(shown: HTMLElement, outgoing: Outgoing, isOffline: boolean): Failure {
    const failure = { shown, outgoing, isOffline };
    shown.append(button(this.options.texts.retry, "retry", () => void this.sendAgain(failure)));
    return failure;
  }

  /** Sends the same message with the same id: a server that already has it answers with its reply. */
  private async sendAgain({ shown, outgoing }: Failure): Promise<void> {
    await this.chat?.whileBusy(async () => {
      this.chat?.focus();
      const waiting = this.note(this.options.texts.sending);
      shown.replaceWith(waiting);
      const [first, ...others] = await this.send(outgoing);
      if (first) waiting.replaceWith(first);
      others.forEach((each) => this.chat?.add(each));
    });
  }
}
