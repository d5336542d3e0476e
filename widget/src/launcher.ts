// The one script that a page includes: a button that loads and opens the chat.

import { button, element } from "./elements";
import launcherStyles from "./launcher.css";
import { readOptions, type Options } from "./options";
import { linked } from "./richtext";
import { addStyles, applyTheme } from "./theme";
import themeStyles from "./theme.css";

declare const PANEL_FILE: string;

const ELEMENT_ID = "sclerotherapy-assistant";

type Panel = import("./panel").Panel;

class Launcher {
  private readonly host = element("div", { id: ELEMENT_ID });
  private readonly button: HTMLButtonElement;
  private readonly problem = element("p", { class: "problem", role: "alert" });
  private readonly root: ShadowRoot;
  private panel: Panel | null = null;
  private tries = 0;

  constructor(
    private readonly options: Options,
    private readonly files: string,
  ) {
    this.root = this.host.attachShadow({ mode: "open" });
    addStyles(this.root, themeStyles, launcherStyles);
    applyTheme(this.host, options);
    this.host.lang = options.language;
    this.button = button(options.texts.launcher, "launcher", () => void this.toggle());
    this.button.setAttribute("aria-expanded", "false");
    this.button.setAttribute("aria-haspopup", "dialog");
    this.root.append(this.problem, this.button);
    document.body.append(this.host);
  }

  private async toggle(): Promise<void> {
    if (this.button.getAttribute("aria-busy")) return;
    this.problem.textContent = "";
    try {
      this.panel ??= await this.load();
    } catch {
      const { texts, phone } = this.options;
      this.problem.append(...linked(phone ? `${texts.loadFailed} ${texts.orCall}` : texts.loadFailed));
      return;
    }
    this.panel.toggle();
  }

  private async load(): Promise<Panel> {
    const { texts } = this.options;
    this.button.setAttribute("aria-busy", "true");
    this.button.textContent = texts.loading;
    try {
      // A browser may remember that a module failed, so each new try has an address of its own.
      const again = this.tries++ ? `?${this.tries}` : "";
      const { createPanel } = (await import(this.files + PANEL_FILE + again)) as typeof import("./panel");
      return createPanel(this.root, this.options, (isOpen) => this.show(isOpen));
    } finally {
      this.button.removeAttribute("aria-busy");
      this.button.textContent = texts.launcher;
    }
  }

  private show(isOpen: boolean): void {
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) this.button.focus();
  }
}

function start(script: HTMLScriptElement): void {
  if (document.getElementById(ELEMENT_ID)) return;
  new Launcher(readOptions(script), new URL("./", script.src).href);
}

const script = document.currentScript as HTMLScriptElement | null;
if (!script) throw new Error('widget: include it as a plain script, without type="module"');
if (document.body) start(script);
else document.addEventListener("DOMContentLoaded", () => start(script));
