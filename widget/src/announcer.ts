// What a screen reader says by itself. deep-chat has no live region, so ours stand beside it.

import { element } from "./elements";

export class Announcer {
  readonly regions: HTMLElement[];
  private readonly polite = element("div", { role: "log", "aria-live": "polite", class: "spoken" });
  private readonly urgent = element("div", { role: "alert", class: "spoken" });

  constructor() {
    this.regions = [this.polite, this.urgent];
  }

  /** Says something when the person is idle. */
  say(text: string): void {
    this.polite.replaceChildren(element("p", {}, text));
  }

  /** Says something after what was said last. */
  add(text: string): void {
    this.polite.append(element("p", {}, text));
  }

  /** Says something at once. */
  warn(text: string): void {
    this.urgent.replaceChildren(element("p", {}, text));
  }
}
