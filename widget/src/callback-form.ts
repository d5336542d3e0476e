// The call-back form. Name and number live in its fields and in one request to an address of their
// own: they are in no conversation and in none of the browser's stores.

import type { Announcer } from "./announcer";
import {
  RequestFailed,
  type Api,
  type CallbackRequest,
  type CallbackTaken,
  type CallbackTerms,
  type Fault,
} from "./api";
import { button, element } from "./elements";
import { choiceField, textField, tickField, type Field } from "./fields";
import { newId } from "./ids";
import type { Options } from "./options";
import { linked, richText } from "./richtext";
import { fill, type Texts } from "./texts";

const PRESET_TIME = "any";

/** What becomes of the form. */
export interface Ends {
  taken(): void;
  closed(): void;
}

export class CallbackForm {
  private readonly whenOpen = element("p");
  private readonly fields: Map<string, Field>;
  private readonly problem = element("p", { class: "problem" });
  private readonly submit = element("button", { type: "submit", class: "send" });
  private readonly form: HTMLFormElement;
  private readonly shown: HTMLElement;
  private isSending = false;
  private tried = { id: "", content: "" };

  constructor(
    private readonly terms: CallbackTerms,
    private readonly options: Options,
    private readonly api: Api,
    private readonly announcer: Announcer,
    private readonly ends: Ends,
  ) {
    this.fields = makeFields(terms, options.texts);
    this.form = this.makeForm();
    this.shown = this.place(this.whenOpen, this.form);
    this.setSending(false, options.texts.callbackSend);
  }

  /**
   * Shows the form at the end of an answer.
   *
   * @param whenOpen what comes before the form
   */
  show(answer: HTMLElement, whenOpen: string): void {
    this.whenOpen.replaceChildren(...linked(whenOpen));
    answer.append(this.shown);
  }

  private makeForm(): HTMLFormElement {
    const { texts } = this.options;
    const form = element(
      "form",
      { "aria-label": texts.callbackTitle, novalidate: true },
      element("p", { class: "heading" }, texts.callbackTitle),
      element("p", {}, texts.callbackHint),
      ...[...this.fields.values()].map(({ shown }) => shown),
      this.problem,
      this.submit,
      button(texts.callbackClose, "close", () => this.close()),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.isSending) void this.send();
    });
    return form;
  }

  private async send(): Promise<void> {
    const { texts } = this.options;
    const empty = [...this.fields.values()].filter(({ value }) => !value);
    this.complain(empty);
    if (empty.length) return;
    this.setSending(true, texts.sending);
    this.announcer.say(texts.sending);
    try {
      this.finish(await this.api.askForCallback(this.read()));
    } catch (error) {
      this.setSending(false, texts.retry);
      this.explain(error);
    }
  }

  private read(): CallbackRequest {
    const value = (name: string): string => this.fields.get(name)?.value ?? "";
    const said = {
      name: value("name"),
      phone: value("phone"),
      best_time: value("best_time"),
      consent: value("consent") !== "",
    };
    const content = JSON.stringify(said);
    // The server keeps what first came under an id, so a corrected number needs one of its own.
    if (content !== this.tried.content) this.tried = { id: newId(), content };
    return { id: this.tried.id, ...said };
  }

  /** Says at each of these fields that it can't be used, and goes to the first. */
  private complain(wrong: Field[]): void {
    this.problem.textContent = "";
    this.fields.forEach((field) => field.mark(wrong.includes(field)));
    this.announcer.warn(wrong.map(({ problem }) => problem).join("\n"));
    wrong[0]?.focus();
  }

  private explain(error: unknown): void {
    const failed = error instanceof RequestFailed ? error : new RequestFailed("server");
    const field = this.fields.get(failed.code);
    if (field) {
      this.complain([field]);
      return;
    }
    const { texts } = this.options;
    const reasons: Partial<Record<Fault, string>> = {
      offline: texts.callbackOffline,
      timeout: texts.timeout,
      tooMany: texts.tooMany,
    };
    const orCall = fill(texts.callbackOrCall, { number: this.terms.phone });
    const text = `${reasons[failed.fault] ?? texts.callbackFailed} ${orCall}`;
    this.problem.replaceChildren(...linked(text));
    // The problem stands above the button and has moved it down.
    this.submit.scrollIntoView({ block: "nearest" });
    this.announcer.warn(text);
  }

  private finish({ reference, message }: CallbackTaken): void {
    const heading = fill(this.options.texts.callbackReference, { reference });
    const result = this.place(
      element("p", { class: "heading" }, heading),
      element("div", { lang: "en" }, ...richText(message)),
    );
    result.tabIndex = -1;
    this.shown.replaceWith(result);
    result.focus();
    this.announcer.say(`${heading}\n${message}`);
    this.ends.taken();
  }

  private close(): void {
    this.shown.remove();
    this.ends.closed();
  }

  /** Stays focusable while it sends: a disabled button would lose the keyboard's place. */
  private setSending(isSending: boolean, label: string): void {
    this.isSending = isSending;
    this.submit.setAttribute("aria-disabled", String(isSending));
    this.submit.textContent = label;
  }

  private place(...children: HTMLElement[]): HTMLElement {
    return element("div", { class: "callback", lang: this.options.language }, ...children);
  }
}

/** The fields by the names under which the server takes them. */
function makeFields(terms: CallbackTerms, texts: Texts): Map<string, Field> {
  const titles: Record<string, string> = {
    morning: texts.callbackMorning,
    afternoon: texts.callbackAfternoon,
    any: texts.callbackAny,
  };
  const times = terms.best_times.map((time): [string, string] => [time, titles[time] ?? time]);
  const name = { id: "callback-name", autocomplete: "name", maxlength: "60" };
  const phone = { id: "callback-phone", type: "tel", autocomplete: "tel", maxlength: "40" };
  return new Map([
    ["name", textField(texts.callbackName, texts.callbackBadName, name)],
    ["phone", textField(texts.callbackPhone, texts.callbackBadPhone, phone)],
    ["best_time", choiceField(texts.callbackTime, texts.callbackBadTime, "callback-time", times, PRESET_TIME)],
    ["consent", tickField(texts.callbackConsent, texts.callbackNoConsent, "callback-consent")],
  ]);
}
