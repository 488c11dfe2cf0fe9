'use client';
import { Button } from '@heroui/react/button';
import { useState } from 'react';
import { ChangeList } from '@/app/_ui/change-list';
import { Dialog } from '@/app/_ui/dialog';
import { plural } from '@/app/_ui/number';
import type { AgentFormState } from './use-agent-form';

/** At the foot, only when something changed: how much, a look at it, and the save. */
export function SaveBar({ state }: { state: AgentFormState }) {
  const [isReviewing, setReviewing] = useState(false);
  const { changes, form, save, discard, base } = state;
  const { isSubmitting, errors } = form.formState;
  if (changes.length === 0) return null;
  const bad = Object.keys(errors).filter(name => name !== 'root').length;
  return (
    <div
      role="region"
      data-unsaved
      aria-label="Changes not saved"
      className="shrink-0 border-t border-border bg-surface px-4 py-2.5"
    >
      {errors.root ? (
        <p role="alert" className="mb-2 text-table text-failed">
          Not saved: {errors.root.message}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <span className="tabular mr-auto text-table font-medium" role="status">
          {plural(changes.length, 'change')}
          {bad > 0 ? <span className="ml-2 font-normal text-failed">{plural(bad, 'field')} to correct</span> : null}
        </span>
        <Button size="sm" variant="ghost" onPress={discard} isDisabled={isSubmitting}>
          Discard
        </Button>
        <Button size="sm" variant="outline" onPress={() => setReviewing(true)}>
          Review
        </Button>
        <Button size="sm" type="submit" isPending={isSubmitting}>
          Save
        </Button>
      </div>
      <Dialog
        isOpen={isReviewing}
        onClose={() => setReviewing(false)}
        title={`${plural(changes.length, 'change')} to revision ${base.revision}`}
        footer={
          <>
            <Button variant="ghost" onPress={() => setReviewing(false)}>
              Back
            </Button>
            <Button
              isPending={isSubmitting}
              onPress={() => {
                setReviewing(false);
                void save();
              }}
            >
              Save
            </Button>
          </>
        }
      >
        <ChangeList changes={changes} />
      </Dialog>
    </div>
  );
}
