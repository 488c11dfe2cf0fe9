'use client';
import { Kbd } from '@heroui/react/kbd';
import { Dialog } from '@/app/_ui/dialog';
import { SwitchInput } from '@/app/_ui/switch-input';
import { NAV_ITEMS } from './nav-items';

const EVERYWHERE: [string[], string][] = [
  [['⌘K', 'Ctrl K'], 'Search, or go to anything by its name or id'],
  [['/'], 'Search in this page'],
  [['j', 'k'], 'Next row, row before'],
  [['Enter'], 'Open'],
  [['Esc'], 'Close, or back to the list'],
  [['?'], 'These keys'],
];

interface ShortcutsDialogProps {
  isOpen: boolean;
  onClose: () => void;
  isOn: boolean;
  onSwitch: (isOn: boolean) => void;
}

export function ShortcutsDialog({ isOpen, onClose, isOn, onSwitch }: ShortcutsDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Keys">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <Keys title="Everywhere" rows={EVERYWHERE} />
        <Keys title="Go to" rows={NAV_ITEMS.map(({ goKey, label }) => [['g', goKey], label])} isSequence />
      </div>
      <p className="mt-4 text-table text-muted">
        In the inbox each button shows its own key: a number takes an option, <Kbd>r</Kbd> writes an answer.
      </p>
      <div className="mt-4 border-t border-border pt-4">
        <SwitchInput label="Single keys" hint="⌘K works either way." value={isOn} onChange={onSwitch} />
      </div>
    </Dialog>
  );
}

function Keys({
  title,
  rows,
  isSequence = false,
}: {
  title: string;
  rows: [string[], string][];
  isSequence?: boolean;
}) {
  return (
    <section aria-label={title}>
      <h3 className="mb-2 text-table font-medium">{title}</h3>
      <dl className="flex flex-col gap-1.5 text-table">
        {rows.map(([keys, what]) => (
          <div key={what} className="flex items-baseline gap-3">
            <dt className="flex w-24 shrink-0 flex-wrap items-baseline gap-1">
              {keys.map((key, at) => (
                <span key={key} className="flex items-baseline gap-1">
                  {at > 0 ? <span className="text-muted">{isSequence ? 'then' : 'or'}</span> : null}
                  <Kbd>{key}</Kbd>
                </span>
              ))}
            </dt>
            <dd className="text-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
