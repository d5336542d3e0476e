// The chat's window: heading, the ways out that are always there, and the conversation.

import { Announcer } from "./announcer";
import { Api } from "./api";
import { Conversation } from "./conversation";
import { button, element } from "./elements";
import type { Options } from "./options";
import panelStyles from "./panel.css";
import { phoneLink } from "./richtext";
import { Session } from "./session";
import { addStyles } from "./theme";

// Below this the window covers the page, and then only the window can be reached.
const COVERS_PAGE = "(max-width: 480px), (max-height: 480px)";

export class Panel {
  private readonly dialog: HTMLDialogElement;
  private readonly body = element("div", { class: "conversation" });
  private readonly question: HTMLElement;
  private readonly announcer = new Announcer();
  private readonly conversation: Conversation;

  constructor(
    root: ShadowRoot,
    private readonly options: Options,
    private readonly onToggle: (isOpen: boolean) => void,
  ) {
    const session = new Session(options.idleHours);
    this.conversation = new Conversation(options, new Api(options.api, session), this.announcer);
    this.question = this.makeQuestion();
    this.dialog = element(
      "dialog",
      { class: "panel", "aria-labelledby": "title", "aria-describedby": "disclosure" },
      this.makeHeader(),
      this.makeActions(),
      this.question,
      this.body,
      ...this.announcer.regions,
    );
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.close();
    });
    addStyles(root, panelStyles);
    root.append(this.dialog);
    void this.start();
  }

  /** Opens or closes the window. */
  toggle(): void {
    if (this.dialog.open) this.close();
    else this.open();
  }

  private open(): void {
    if (matchMedia(COVERS_PAGE).matches) this.dialog.showModal();
    else this.dialog.show();
    this.onToggle(true);
    this.focusField();
  }

  private close(): void {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.onToggle(false);
  }

  private async start(): Promise<void> {
    await this.conversation.start(this.body);
    if (this.dialog.open) this.focusField();
  }

  /** Not where a keyboard would then cover half of the screen. */
  private focusField(): void {
    if (!matchMedia(COVERS_PAGE).matches) this.conversation.focus();
  }

  private makeHeader(): HTMLElement {
    const { texts } = this.options;
    const close = button("", "close", () => this.close());
    close.setAttribute("aria-label", texts.close);
    return element(
      "header",
      {},
      element("h2", { id: "title" }, texts.title),
      element("p", { id: "disclosure" }, texts.disclosure),
      close,
    );
  }

  private makeActions(): HTMLElement {
    const { texts, phone } = this.options;
    const actions = element(
      "div",
      { class: "actions" },
      button(texts.person, "action", () => this.conversation.askForPerson()),
    );
    if (phone) actions.append(phoneLink(phone, texts.call));
    actions.append(button(texts.clear, "action", () => this.ask(true)));
    return actions;
  }

  private makeQuestion(): HTMLElement {
    const { texts } = this.options;
    return element(
      "div",
      { class: "question", role: "group", "aria-label": texts.clear, hidden: true },
      element("p", {}, texts.clearQuestion),
      button(texts.clearYes, "action", () => void this.clear()),
      button(texts.clearNo, "action", () => this.ask(false)),
    );
  }

  private ask(isAsked: boolean): void {
    this.question.hidden = !isAsked;
    if (isAsked) {
      this.setQuestion(this.options.texts.clearQuestion);
      this.announcer.say(this.options.texts.clearQuestion);
      this.question.querySelector("button")?.focus();
    } else {
      this.conversation.focus();
    }
  }

  private async clear(): Promise<void> {
    const { texts } = this.options;
    const isErased = await this.conversation.erase();
    this.announcer.say(isErased ? texts.cleared : texts.clearFailed);
    if (isErased) this.ask(false);
    else this.setQuestion(texts.clearFailed);
  }

  private setQuestion(text: string): void {
    (this.question.querySelector("p") as HTMLElement).textContent = text;
  }
}

/** Makes the window; it is closed at first. */
export function createPanel(
  root: ShadowRoot,
  options: Options,
  onToggle: (isOpen: boolean) => void,
): Panel {
  return new Panel(root, options, onToggle);
}
