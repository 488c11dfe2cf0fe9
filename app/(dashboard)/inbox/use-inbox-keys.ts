import { useEffect, useRef, type RefObject } from 'react';
import { isFreeKey, isTyping } from '@/app/_ui/key-guard';
import { singleKeysAreOn } from '@/app/_ui/single-keys';

const STEPS: Record<string, 1 | -1> = { j: 1, k: -1 };
const OWN_ENTER = 'a, button, summary, input, textarea, select';

interface InboxKeys {
  /** The page's own part: outside of it only the steps are heard. */
  root: RefObject<HTMLDivElement | null>;
  panel: RefObject<HTMLDivElement | null>;
  onStep: (step: 1 | -1) => void;
  onClose: () => void;
}

/**
 * j and k move, Enter goes to where one acts, Escape goes back. Every other key presses the button that is marked with
 * it, so that a key does what can be seen and no more. Letters and digits are heard while single keys are on.
 */
export function useInboxKeys(keys: InboxKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (!isFreeKey(event)) return;
      if (press(latest.current, event.key, target)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** True when the key was for the inbox. */
function press({ root, panel, onStep, onClose }: InboxKeys, key: string, target: Element): boolean {
  const opened = panel.current;
  if (isTyping(target)) {
    const leaves = key === 'Escape' && opened !== null && opened.contains(target);
    if (leaves) opened.focus();
    return leaves;
  }
  const isCharacter = key.length === 1;
  if (isCharacter && !singleKeysAreOn()) return false;
  const step = STEPS[key];
  if (step !== undefined) {
    onStep(step);
    return true;
  }
  if (opened === null || root.current?.contains(target) !== true) return false;
  if (key === 'Escape') {
    onClose();
    return true;
  }
  if (key === 'Enter') return !target.matches(OWN_ENTER) && goTo(opened.querySelector<HTMLElement>('[data-primary]'));
  if (!/^[a-z1-9]$/.test(key)) return false;
  const button = opened.querySelector<HTMLElement>(`[data-key="${key}"]`);
  button?.click();
  return button !== null;
}

function goTo(place: HTMLElement | null): boolean {
  const field = place?.querySelector<HTMLElement>('textarea') ?? place;
  field?.focus();
  return field !== null;
}
