'use client';
import { Button } from '@heroui/react/button';
import { Bell, BellOff, BellRing } from 'lucide-react';
import { useStore } from '@/app/_live/live-context';
import { notifyState, turnNotifyOff, turnNotifyOn, type NotifyState } from '../_frame/notify';

const LOOKS: Record<NotifyState, { icon: typeof Bell; word: string }> = {
  unasked: { icon: Bell, word: 'Notify me' },
  on: { icon: BellRing, word: 'Notifying' },
  off: { icon: Bell, word: 'Notify me' },
  denied: { icon: BellOff, word: 'Blocked' },
  missing: { icon: BellOff, word: 'No notifications' },
};

const NOTES: Partial<Record<NotifyState, string>> = {
  off: 'The browser has not allowed notifications yet.',
  denied: 'The browser blocks notifications here; allow them in its settings for this site.',
  missing: 'This browser shows no notifications from this address; it wants https or localhost.',
};

/** Turns the browser's notifications on and off; asked for by this press and never by itself. */
export function NotifyButton({ isShort }: { isShort: boolean }) {
  const state = useStore(notifyState);
  const { icon: Icon, word } = LOOKS[state];
  const isOn = state === 'on';
  if (state === 'missing') return null;
  return (
    <Button
      size="sm"
      variant="outline"
      isIconOnly={isShort}
      aria-pressed={isOn}
      aria-label="Notify me in the browser when something new waits"
      onPress={() => void (isOn ? turnNotifyOff() : turnNotifyOn())}
    >
      <Icon /> {isShort ? null : word}
    </Button>
  );
}

export function NotifyNote() {
  const note = NOTES[useStore(notifyState)];
  return note === undefined ? null : <span role="status">{note}</span>;
}
