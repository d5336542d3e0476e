// What a page tells the widget by the attributes of its script element (docs/widget.md).

import { fill, languageFor, textNames, textsFor, type Texts } from "./texts";

const THEMES = ["auto", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

export interface Options {
  /** Address of the web channel, without a slash at its end. */
  api: string;
  /** Address of the page that shows the guide, or null. */
  guide: string | null;
  phone: string | null;
  theme: Theme;
  /** Six hex digits with their #, or null for the theme's own. */
  color: string | null;
  position: "left" | "right";
  language: string;
  texts: Texts;
}

/**
 * Reads the attributes.
 *
 * @param script the element that loads the widget
 * @throws Error naming the attribute that holds something else than it may
 */
export function readOptions(script: HTMLScriptElement): Options {
  const data = script.dataset;
  const language = languageFor(data.lang ?? (document.documentElement.lang || "en"));
  const worded = textsFor(language, ownTexts(data));
  const values = {
    clinic: data.clinic ?? worded.clinic,
    phone: data.phone ?? "",
    emergency: data.emergency ?? worded.emergencyNumber,
  };
  const texts = { ...worded };
  for (const name of textNames) texts[name] = fill(worded[name], values);
  return {
    api: new URL(data.api ?? "../webhooks/web", data.api ? location.href : script.src).href,
    guide: data.guide ?? null,
    phone: data.phone ?? null,
    theme: oneOf("theme", data.theme, THEMES),
    color: color(data.color),
    position: oneOf("position", data.position, ["right", "left"]),
    language,
    texts,
  };
}

function ownTexts(data: DOMStringMap): Partial<Texts> {
  const own: Partial<Texts> = {};
  for (const name of textNames) {
    const value = data[`text${name.charAt(0).toUpperCase()}${name.slice(1)}`];
    if (value) own[name] = value;
  }
  return own;
}

function oneOf<Value extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly [Value, ...Value[]],
): Value {
  if (value === undefined) return allowed[0];
  const found = allowed.find((each) => each === value);
  if (!found) throw new Error(`widget: data-${name} must be one of ${allowed.join(", ")}; it is "${value}"`);
  return found;
}

function color(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (!/^#[0-9a-f]{6}$/i.test(value)) {
    throw new Error(`widget: data-color must be a colour such as #0b5cad; it is "${value}"`);
  }
  return value;
}
