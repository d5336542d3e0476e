// Puts the theme and the clinic's colour on an element; theme.css has the colours themselves.

import type { Options } from "./options";

const LUMINANCE_WHERE_BLACK_EQUALS_WHITE = 0.179; // WCAG 2.2, contrast ratio: (1.05)(0.05) = (L + 0.05)²

/** Sets theme, position and colour; text on the colour is black or white, whichever reads better. */
export function applyTheme(element: HTMLElement, options: Options): void {
  element.dataset.theme = options.theme;
  element.dataset.position = options.position;
  if (!options.color || options.theme === "contrast") return;
  element.style.setProperty("--accent", options.color);
  const ink = luminance(options.color) > LUMINANCE_WHERE_BLACK_EQUALS_WHITE ? "#000" : "#fff";
  element.style.setProperty("--on-accent", ink);
}

/** A style sheet that no Content-Security-Policy for styles keeps out. */
export function addStyles(root: ShadowRoot, ...styles: string[]): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles.join("\n"));
  root.adoptedStyleSheets.push(sheet);
}

/** Relative luminance as WCAG 2.2 defines it, 0 to 1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = parseInt(color.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
