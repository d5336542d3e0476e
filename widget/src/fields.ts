// Labelled fields of a form, each with a place for what is wrong with it.

import { element } from "./elements";

const TICKED = ["radio", "checkbox"];

export class Field {
  readonly shown: HTMLElement;
  private readonly error: HTMLElement;

  /**
   * @param control what a screen reader takes for the field
   * @param problem what is said where the field can't be used
   * @param parts what is shown, the control among it
   */
  constructor(
    private readonly control: HTMLElement,
    readonly problem: string,
    ...parts: HTMLElement[]
  ) {
    control.setAttribute("aria-required", "true");
    this.error = element("p", { class: "error", id: `${control.id}-error` });
    this.shown = element("div", { class: "field" }, ...parts, this.error);
  }

  /** What was written, chosen or ticked; else empty. */
  get value(): string {
    const inputs = [...this.shown.querySelectorAll("input")];
    const given = inputs.find(({ type, checked }) => checked || !TICKED.includes(type));
    return given?.value.trim() ?? "";
  }

  /** Says that the field can't be used, or takes that back. */
  mark(isWrong: boolean): void {
    this.error.textContent = isWrong ? this.problem : "";
    this.control.setAttribute("aria-invalid", String(isWrong));
    if (isWrong) this.control.setAttribute("aria-describedby", this.error.id);
    else this.control.removeAttribute("aria-describedby");
  }

  /** Puts the focus here. */
  focus(): void {
    this.shown.querySelector("input")?.focus();
  }
}

/** A line of text. */
export function textField(label: string, problem: string, attributes: Record<string, string>): Field {
  const input = element("input", attributes);
  return new Field(input, problem, element("label", { for: input.id }, label), input);
}

/**
 * One of several.
 *
 * @param options values with their labels
 * @param chosen the value that is chosen at first
 */
export function choiceField(
  label: string,
  problem: string,
  id: string,
  options: [string, string][],
  chosen: string,
): Field {
  const radios = options.map(([value, title]) => {
    const radio = element("input", { type: "radio", name: id, value, checked: value === chosen });
    return element("label", { class: "option" }, radio, title);
  });
  const legend = element("legend", {}, label);
  const group = element("fieldset", { id, role: "radiogroup" }, legend, ...radios);
  return new Field(group, problem, group);
}

/** A box to tick. */
export function tickField(label: string, problem: string, id: string): Field {
  const box = element("input", { type: "checkbox", id });
  return new Field(box, problem, element("label", { class: "option" }, box, label));
}
