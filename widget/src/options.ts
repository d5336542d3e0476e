// What the server tells the widget of the clinic, and a page by the attributes of its script element (docs/widget.md).

import { fill, languageFor, textNames, textsFor, type Texts } from "./texts";

const THEMES = ["auto", "light", "dark", "contrast"] as const;

// The server that hands out the launcher puts the clinic's data in the place of this text.
declare const CLINIC: string;

interface Clinic {
  clinic?: string;
  phone?: string;
  emergency?: string;
  days?: string;
  privacy?: string;
  idleHours?: number;
}

export type Theme = (typeof THEMES)[number];

export interface Options {
  /** Address of the web channel, without a slash at its end. */
  api: string;
  /** Address of the page that shows the guide, or null. */
  guide: string | null;
  phone: string | null;
  /** How long the server keeps a conversation open without a message; null where it doesn't say. */
  idleHours: number | null;
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
  const served = readClinic();
  const phone = data.phone ?? served.phone;
  const values = {
    clinic: data.clinic ?? served.clinic ?? worded.clinic,
    phone,
    emergency: data.emergency ?? served.emergency ?? worded.emergencyNumber,
    days: data.days ?? served.days,
    privacy: data.privacy ?? served.privacy,
    person: worded.person,
    clear: worded.clear,
  };
  const texts = { ...worded };
  for (const name of textNames) texts[name] = fill(worded[name], values);
  return {
    api: new URL(data.api ?? "../webhooks/web", data.api ? location.href : script.src).href,
    guide: data.guide ?? null,
    phone: phone ?? null,
    idleHours: served.idleHours ?? null,
    theme: oneOf("theme", data.theme, THEMES),
    color: color(data.color),
    position: oneOf("position", data.position, ["right", "left"]),
    language,
    texts,
  };
}

/** Nothing where another server hands the launcher out as it was built. */
function readClinic(): Clinic {
  try {
    return JSON.parse(decodeURIComponent(CLINIC)) as Clinic;
  } catch {
    return {};
  }
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
