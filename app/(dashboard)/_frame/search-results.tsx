'use client';
import { Autocomplete } from '@heroui/react/autocomplete';
import { Header } from '@heroui/react/header';
import { ListBox } from '@heroui/react/list-box';
import { SearchField } from '@heroui/react/search-field';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useFindings, type Finding } from './use-findings';

/** Pages, agent types, threads, runs and tasks by their words, or any record by its id; all by keyboard. */
export function SearchResults({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('');
  const router = useRouter();
  const { groups, isLooking } = useFindings(text);
  const go = (key: React.Key) => {
    router.push(String(key));
    onDone();
  };
  return (
    <Autocomplete.Filter inputValue={text} onInputChange={setText}>
      <SearchField aria-label="Search" autoFocus className="border-b border-border p-2">
        <SearchField.Group className="border-0 ring-0! shadow-none">
          <SearchField.SearchIcon />
          <SearchField.Input placeholder="A page, an agent, words of a thread, an id" />
          <SearchField.ClearButton />
        </SearchField.Group>
      </SearchField>
      <ListBox
        aria-label="Found"
        className="max-h-[60dvh] overflow-y-auto p-2"
        onAction={go}
        renderEmptyState={() => (
          <p className="px-3 py-6 text-table text-muted">{isLooking ? 'Looking …' : `Nothing found for “${text}”.`}</p>
        )}
      >
        {groups.map(group => (
          <ListBox.Section key={group.title}>
            <Header className="px-2.5 pt-2 pb-1 text-2xs font-medium text-muted">{group.title}</Header>
            {group.findings.map(finding => (
              <Row key={finding.href} finding={finding} />
            ))}
          </ListBox.Section>
        ))}
      </ListBox>
    </Autocomplete.Filter>
  );
}

function Row({ finding }: { finding: Finding }) {
  return (
    <ListBox.Item
      id={finding.href}
      textValue={finding.label}
      className="flex items-baseline gap-3 ring-0! data-[focused=true]:bg-default"
    >
      <span className="min-w-0 flex-1 truncate">{finding.label}</span>
      {finding.note ? <span className="truncate text-xs text-muted">{finding.note}</span> : null}
    </ListBox.Item>
  );
}
