/** What an element is given beside its children: attributes, `true` for one without a value, and listeners. */
export interface ElementParts {
  readonly [name: string]: string | number | boolean | undefined | Listener;
}

type Listener = (event: Event) => void;

/**
 * Makes an element. Text becomes a text node and never markup: whatever an event says stays text.
 *
 * @param parts `onclick: …` listens to `click`; anything else is an attribute.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  parts: ElementParts = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === "function") {
      made.addEventListener(name.slice("on".length), value);
    } else if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== false) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children);
  return made;
}

/** An element of the page by its id. */
export function byId<Kind extends HTMLElement>(
  id: string,
  kind: new () => Kind,
): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`There is no '${id}'`);
  return found;
}

/**
 * Shows items as the children of `parent`. Children of items that were shown already stay as they are, and so do the
 * focus and the place of who reads them.
 *
 * @param keyOf Tells items apart; one of the same key must look the same.
 */
export function showItems<Item>(
  parent: HTMLElement,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  make: (item: Item) => HTMLElement,
): void {
  const known = new Map<string | undefined, HTMLElement>();
  for (const child of parent.children) {
    if (child instanceof HTMLElement) known.set(child.dataset["key"], child);
  }
  let next: Element | null = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const child = known.get(key) ?? make(item);
    known.delete(key);
    child.dataset["key"] = key;
    // Moving an element takes its focus away: what stands in its place already stays.
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  for (const child of known.values()) child.remove();
}

/** Shows an element, or hides it. */
export function toggle(shown: HTMLElement, isShown: boolean): void {
  shown.hidden = !isShown;
}

/** Sets a text where it is another one: a live region is not to repeat itself. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
