/** While one of these is open, the keys are its own. A toast calls itself an alert dialog, but asks nothing. */
const OPEN_OVERLAY = '[role="dialog"], [role="alertdialog"]:not(.toast), [role="listbox"], [role="menu"]';
const TYPING = 'input, textarea, select, [contenteditable="true"]';

export const isTyping = (target: EventTarget | null): boolean => target instanceof Element && target.matches(TYPING);

/** A key that a page may take as a command: pressed alone, meant for nothing that is open, and not taken yet. */
export const isFreeKey = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented &&
  !event.metaKey &&
  !event.ctrlKey &&
  !event.altKey &&
  document.querySelector(OPEN_OVERLAY) === null;
