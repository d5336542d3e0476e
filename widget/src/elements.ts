// Makes elements. Texts only ever become text nodes: nothing that is said can turn into markup.

type Properties = Record<string, string | boolean | undefined>;

/**
 * Makes an element.
 *
 * @param tag name of the element
 * @param attributes attributes; true sets an empty one, false and undefined leave it out
 * @param children elements and texts
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Properties = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A button with what it does. */
export function button(label: string, className: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: className }, label);
  made.addEventListener("click", onClick);
  return made;
}
