/** Writes of single cells per frame, past React: only what differs, so that a quiet row costs nothing. */

export function setText(element: HTMLElement, text: string): void {
  const { firstChild } = element;
  // A text node that stays is styled and laid out anew for less than one that takes another's place.
  if (firstChild instanceof Text && firstChild === element.lastChild) {
    if (firstChild.data !== text) firstChild.data = text;
  } else if (element.textContent !== text) element.textContent = text;
}

export function setClass(element: HTMLElement, name: string): void {
  if (element.className !== name) element.className = name;
}
