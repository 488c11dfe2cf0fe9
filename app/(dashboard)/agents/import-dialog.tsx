'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { ImportReport } from '@/lib/domain/agent-type/requests';
import { useAction } from '@/app/_live/use-action';
import { Dialog } from '@/app/_ui/dialog';
import { plural } from '@/app/_ui/number';
import { TextInput } from '@/app/_ui/text-input';
import { FileButton } from './file-button';
import { ImportItems } from './import-items';
import { sendImport } from './send-import';

export function ImportDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Import agent types">
      <ImportForm onClose={onClose} />
    </Dialog>
  );
}

/** Checked first, by the very route that takes it in: what is shown is what will be done, all of it or nothing. */
function ImportForm({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [checked, setChecked] = useState<ImportReport | null>(null);
  const edit = (next: string) => {
    setText(next);
    setChecked(null);
    setRefusal(null);
  };
  const take = useAction<boolean, ImportReport>({
    run: dryRun => sendImport(text, dryRun),
    refreshes: [['agent-types']],
    onDone: report => {
      setRefusal(null);
      if (report.dryRun) return setChecked(report);
      toast.success(`Imported: ${plural(changedOf(report), 'agent type')}`);
      onClose();
    },
    onRefused: setRefusal,
  });
  const changed = checked === null ? 0 : changedOf(checked);
  const isBad = checked?.items.some(({ result }) => result === 'invalid') === true;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={event => {
        event.preventDefault();
        take.mutate(checked === null);
      }}
    >
      <TextInput
        label="YAML"
        hint="As the export gives it: agentTypes, a list. Of a type that is there only what is named changes"
        rows={checked === null ? 12 : 4}
        mono
        autoFocus
        value={text}
        onChange={edit}
      />
      {checked === null ? null : <ImportItems items={checked.items} />}
      {isBad ? (
        <p role="alert" className="text-table text-failed">
          Nothing is imported until what is invalid is corrected.
        </p>
      ) : null}
      {refusal === null ? null : (
        <p role="alert" className="text-table text-failed">
          {refusal}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <FileButton accept=".yaml,.yml" onText={edit} className="mr-auto" />
        <Button variant="ghost" onPress={onClose}>
          Cancel
        </Button>
        {checked === null || changed === 0 || isBad ? (
          <Button type="submit" isPending={take.isPending} isDisabled={text.trim() === '' || checked !== null}>
            Check it
          </Button>
        ) : (
          <Button type="submit" isPending={take.isPending}>
            Import {plural(changed, 'agent type')}
          </Button>
        )}
      </div>
    </form>
  );
}

const changedOf = ({ items }: ImportReport): number =>
  items.filter(({ result }) => result === 'created' || result === 'updated').length;
