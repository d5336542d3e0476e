// A thin adapter around deep-chat, which gives the list of messages, the text field and the send
// button. What a message holds is made by render.ts: deep-chat only gets empty places for it.

import type { DeepChat } from "deep-chat";
// The package's own bundle: the same code as its main file, not translated for old browsers.
import "deep-chat/dist/deepChat.bundle.js";
import callbackStyles from "./callback.css";
import chatStyles from "./chat.css";
import { element } from "./elements";
import type { Texts } from "./texts";

const MARGIN = 24; // pixels above a reply that is scrolled to

export type Line = { from: "patient"; text: string } | { from: "assistant"; shown: HTMLElement };

/** What the patient wrote, or the title of the choice they picked. */
export interface Said {
  text: string;
  choice?: string;
}

interface Signals {
  onResponse(response: Response | Response[]): Promise<void>;
}

interface Body {
  messages: { text?: string; custom?: { choice?: string } }[];
}

interface Response {
  role: "user" | "ai";
  html?: string;
  text?: string;
}

interface Remarkable {
  render(text: string): string;
}

type PluggedWindow = Window & { remarkable_plugins?: { plugin: (renderer: Remarkable) => void }[] };

export class Chat {
  private readonly deepChat = document.createElement("deep-chat") as DeepChat;
  private readonly places = new Map<string, HTMLElement>();
  private isBusy = false;
  private waiting: Said | null = null;
  private count = 0;

  /**
   * @param texts the widget's texts
   * @param answer answers what the patient said; never rejects and never gives nothing
   */
  private constructor(
    private readonly texts: Texts,
    private readonly answer: (said: Said) => Promise<HTMLElement[]>,
  ) {}

  /** Puts a chat into a parent; resolves when it is there. */
  static async create(
    parent: HTMLElement,
    texts: Texts,
    lines: Line[],
    answer: (said: Said) => Promise<HTMLElement[]>,
  ): Promise<Chat> {
    const chat = new Chat(texts, answer);
    await chat.mount(parent, lines);
    return chat;
  }

  /** Everything that is shown. */
  get content(): ShadowRoot {
    return this.deepChat.shadowRoot as ShadowRoot;
  }

  /** Says something for the patient; what is said while an answer is awaited waits for it. */
  say(said: Said): void {
    if (this.isBusy) {
      this.waiting = said;
      return;
    }
    this.deepChat.submitUserMessage({ text: said.text, custom: { choice: said.choice } });
  }

  /** Adds something of the assistant's at the end. */
  add(shown: HTMLElement): void {
    this.deepChat.addMessage({ role: "ai", html: this.place(shown) });
    this.fillPlaces();
  }

  /** Keeps the patient from sending while something else runs. */
  async whileBusy(action: () => Promise<void>): Promise<void> {
    this.setBusy(true);
    await action();
    this.setBusy(false);
  }

  /** Empties the chat. */
  clear(): void {
    this.deepChat.clearMessages();
  }

  /** Shows something from its beginning. */
  scrollTo(shown: HTMLElement | undefined): void {
    if (!shown) return;
    const { list } = this;
    list.scrollTop += shown.getBoundingClientRect().top - list.getBoundingClientRect().top - MARGIN;
  }

  /** Puts the focus into the text field. */
  focus(): void {
    this.field.focus();
  }

  private get field(): HTMLElement {
    return this.content.getElementById("text-input") as HTMLElement;
  }

  private get list(): HTMLElement {
    return this.content.getElementById("messages") as HTMLElement;
  }

  private async mount(parent: HTMLElement, lines: Line[]): Promise<void> {
    const { deepChat, texts } = this;
    // deep-chat fetches a web font unless it has one before it renders.
    deepChat.style.fontFamily = "inherit";
    deepChat.style.display = "block";
    deepChat.chatStyle = { width: "100%", height: "100%", border: "0", backgroundColor: "transparent" };
    deepChat.auxiliaryStyle = chatStyles + callbackStyles;
    deepChat.textInput = { placeholder: { text: texts.placeholder } };
    // Own contents for the states: else deep-chat adds a style element, which a strict policy blocks.
    deepChat.submitButtonStyles = { alwaysEnabled: true, loading: { text: { content: "…" } } };
    deepChat.messageStyles = { loading: { message: { html: typing(texts.typing) } } };
    deepChat.connect = { handler: (body: Body, signals: Signals) => void this.respond(body, signals) };
    deepChat.history = lines.map((line) => this.toHistory(line));
    await this.render(parent);
    this.fillPlaces();
    this.nameParts();
    // deep-chat scrolls to the end by a timer of its own; the first message is read from its beginning.
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (lines.length > 1) deepChat.scrollToBottom();
    else this.list.scrollTop = 0;
  }

  private async render(parent: HTMLElement): Promise<void> {
    const page = window as PluggedWindow;
    const before = page.remarkable_plugins;
    page.remarkable_plugins = [{ plugin: asPlainText }];
    parent.append(this.deepChat);
    // deep-chat renders by a timer of its own and by another for its properties, in either order;
    // what is put into it before the last of them is lost.
    do await new Promise((resolve) => setTimeout(resolve, 10));
    while (!this.deepChat._hasBeenRendered || this.deepChat._waitingToRender_);
    if (before) page.remarkable_plugins = before;
    else delete page.remarkable_plugins;
  }

  /** Names what deep-chat leaves without a name, and lets Space press its send button. */
  private nameParts(): void {
    const { content, texts } = this;
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "region");
    this.list.setAttribute("aria-label", texts.conversation);
    this.field.setAttribute("aria-label", texts.placeholder);
    this.field.setAttribute("aria-multiline", "true");
    const send = content.querySelector(".input-button") as HTMLElement;
    send.setAttribute("aria-label", texts.send);
    send.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      send.click();
    });
  }

  private async respond(body: Body, signals: Signals): Promise<void> {
    const said = body.messages[body.messages.length - 1];
    this.isBusy = true;
    const shown = await this.answer({ text: said?.text ?? "", choice: said?.custom?.choice });
    await signals.onResponse(shown.map((each) => ({ role: "ai", html: this.place(each) })));
    this.fillPlaces();
    // After deep-chat's own scrolling to the end: a long reply is read from its beginning.
    setTimeout(() => this.scrollTo(shown[0]));
    this.setBusy(false);
  }

  private setBusy(isBusy: boolean): void {
    this.isBusy = isBusy;
    this.deepChat.disableSubmitButton(isBusy);
    const { waiting } = this;
    if (isBusy || !waiting) return;
    this.waiting = null;
    this.say(waiting);
  }

  private toHistory(line: Line): Response {
    return line.from === "patient"
      ? { role: "user", text: line.text }
      : { role: "ai", html: this.place(line.shown) };
  }

  private place(shown: HTMLElement): string {
    const id = `place-${++this.count}`;
    this.places.set(id, shown);
    return `<div id="${id}"></div>`;
  }

  private fillPlaces(): void {
    for (const [id, shown] of this.places) {
      const place = this.content.getElementById(id);
      if (!place) continue;
      place.replaceWith(shown);
      this.places.delete(id);
    }
  }
}

/** Turns deep-chat's Markdown off: no link, image or markup comes out of what somebody wrote. */
function asPlainText(renderer: Remarkable): void {
  renderer.render = (text) => element("p", {}, text).outerHTML;
}

function typing(label: string): string {
  const dots = element("span", { class: "typing", role: "img", "aria-label": label });
  dots.append(element("i"), element("i"), element("i"));
  return dots.outerHTML;
}
