// Shows one message of the assistant: its text, choices, sources and "Was this helpful?".

import type { Choice, Message, Source } from "./api";
import { button, element } from "./elements";
import type { Options } from "./options";
import { richText } from "./richtext";
import { fill, type Texts } from "./texts";

/** What a message can make happen. */
export interface Reactions {
  choose(choice: Choice): void;
  rate(message: Message, helpful: boolean): Promise<void>;
}

/** Renders a message of the assistant. */
export function renderMessage(message: Message, options: Options, reactions: Reactions): HTMLElement {
  const { texts } = options;
  const shown = element("div", { class: `message ${message.kind}` });
  // What the assistant itself says is English, whatever the language around it.
  if (options.language !== "en") shown.lang = "en";
  const heading = kindHeading(message, texts);
  if (heading) shown.append(element("p", { class: "heading", lang: options.language }, heading));
  shown.append(...richText(message.text));
  if (message.choices.length) shown.append(renderChoices(message.choices, texts, reactions));
  shown.append(...message.sources.map((source) => renderSource(source, options)));
  if (answersSomething(message)) shown.append(renderFeedback(message, options, reactions));
  return shown;
}

/** What a screen reader says of a message: its heading and text. */
export function spoken(message: Message, texts: Texts): string {
  return [kindHeading(message, texts), message.text].filter(Boolean).join(": ");
}

/** Choices as buttons; those of an earlier turn are made inert by `retireChoices`. */
export function renderChoices(
  choices: Choice[],
  texts: Texts,
  reactions: Pick<Reactions, "choose">,
): HTMLElement {
  const group = element("div", { class: "choices", role: "group", "aria-label": texts.choices });
  for (const choice of choices) {
    group.append(button(choice.title, "choice", () => reactions.choose(choice)));
  }
  return group;
}

/** Makes the choices below an element inert. */
export function retireChoices(parent: ParentNode): void {
  for (const choice of parent.querySelectorAll<HTMLButtonElement>(".choice")) choice.disabled = true;
}

/** Id of a guide's section on the page that shows the guide; the server makes it the same way. */
export function sectionId(section: string): string {
  return section.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

function kindHeading({ kind }: Message, texts: Texts): string {
  if (kind === "emergency") return texts.emergency;
  return kind === "same_day" ? texts.sameDay : "";
}

/** From the guide, or on a subject that the guide doesn't cover; not a greeting. */
function answersSomething({ kind, sources, subject }: Message): boolean {
  return kind === "answer" && (sources.length > 0 || subject !== null);
}

function renderSource(source: Source, options: Options): HTMLElement {
  const { texts, guide } = options;
  const details = element(
    "details",
    { class: "source" },
    element("summary", {}, fill(texts.source, { section: source.section })),
    ...source.passages.map((passage) => element("p", {}, passage.text)),
  );
  if (guide !== null) {
    const href = `${guide.replace(/#.*$/, "")}#${sectionId(source.section)}`;
    details.append(element("p", {}, element("a", { href, lang: options.language }, texts.sourceLink)));
  }
  return details;
}

function renderFeedback(message: Message, options: Options, reactions: Reactions): HTMLElement {
  const { texts } = options;
  const question = element("span", {}, texts.helpful);
  const said = element("span", { role: "status" });
  const rate = async (helpful: boolean): Promise<void> => {
    buttons.forEach((each) => (each.disabled = true));
    try {
      await reactions.rate(message, helpful);
      said.textContent = texts.thanks;
    } catch {
      buttons.forEach((each) => (each.disabled = false));
      said.textContent = texts.feedbackFailed;
    }
  };
  const buttons = [
    button(texts.yes, "rate", () => void rate(true)),
    button(texts.no, "rate", () => void rate(false)),
  ];
  return element(
    "div",
    { class: "feedback", role: "group", "aria-label": texts.helpful, lang: options.language },
    question,
    ...buttons,
    said,
  );
}
