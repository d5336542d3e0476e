// Turns what the assistant says into paragraphs and lists, with links for addresses and phones.

import { element } from "./elements";

const NUMBERED = /^(\d+)\.\s+/;
const BULLETED = /^[-•]\s+/;

// An address on the web (no other scheme is ever linked), a phone number of seven digits or more
// (but no date), or an emergency number of content/clinic.yml's countries and the US crisis line.
const LINKED = new RegExp(
  [
    String.raw`(?<web>https?://[^\s<>"']*[^\s<>"'.,;:!?)\]])`,
    String.raw`(?<phone>(?<![\w-])(?!\d{4}-\d\d-\d\d\b)(?:\+|\()?\d[\d\s().-]{5,20}\d(?![\w-]))`,
    String.raw`(?<short>(?<![\w-])(?:000|111|112|911|988|999|10111|10177)(?![\w-]))`,
  ].join("|"),
  "g",
);
const FEWEST_DIGITS = 7;

/** Renders a text: each line a paragraph, lines that begin with `-` or `1.` as a list. */
export function richText(text: string): HTMLElement[] {
  const blocks: HTMLElement[] = [];
  for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
    const number = NUMBERED.exec(line)?.[1];
    const marker = NUMBERED.exec(line) ?? BULLETED.exec(line);
    if (!marker) {
      blocks.push(element("p", {}, ...linked(line)));
      continue;
    }
    const tag = number ? "ol" : "ul";
    let list = blocks[blocks.length - 1];
    if (list?.localName !== tag) {
      list = element(tag, number && number !== "1" ? { start: number } : {});
      blocks.push(list);
    }
    list.append(element("li", {}, ...linked(line.slice(marker[0].length))));
  }
  return blocks;
}

/** A text with its web addresses and phone numbers as links. */
export function linked(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(LINKED)) {
    const found = match[0];
    const isPhone = !match.groups?.web;
    if (match.groups?.phone && digits(found).length < FEWEST_DIGITS) continue;
    parts.push(text.slice(end, match.index), isPhone ? phoneLink(found) : webLink(found));
    end = match.index + found.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

/** A link that calls. */
export function phoneLink(phone: string, label = phone): HTMLAnchorElement {
  const prefix = phone.trim().startsWith("+") ? "+" : "";
  return element("a", { href: `tel:${prefix}${digits(phone)}` }, label);
}

function webLink(address: string): HTMLAnchorElement {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
}

function digits(text: string): string {
  return text.replace(/\D/g, "");
}
