import type { z } from 'zod';
import type { Priority } from '@/lib/domain/fields';
import type { CreateTask } from '@/lib/domain/task/schema';

/** What a person asks of the team in one round. The words are real requests; demo agents read them as such. */

export interface Ask {
  kind: 'message';
  to: string;
  priority: Priority;
  subject: string;
  body: string;
}

type TaskInput = z.input<typeof CreateTask>;
interface PlannedTask extends Pick<TaskInput, 'title' | 'input' | 'assignedTo' | 'priority' | 'deliverables'> {
  /** Begins when the one before it is done. */
  follows: boolean;
}

/** Several tasks on one thread. */
export interface Plan {
  kind: 'tasks';
  priority: Priority;
  subject: string;
  tasks: PlannedTask[];
}

/** An intent that a planner of the team cuts into tasks. */
export interface RunAsk {
  kind: 'run';
  intent: string;
}

export type Beat = Ask | Plan | RunAsk;

/** Words that the documents of this repository hold, so that a search finds something. */
const SEARCHES = [
  'change stream',
  'orchestrator',
  'epoch',
  'replica set',
  'dispatch',
  'lease',
  'sign-in link',
  'outcome',
] as const;
const SEARCH_PRIORITIES: readonly Priority[] = ['normal', 'low', 'high', 'normal', 'low'];

/** In the order they are written; those at one place in the list of lists come at once. */
export function roundOf(number: number): Beat[][] {
  return [
    [launchNote(number), checkLinks],
    [numbers],
    [factSheet],
    [...(number === 1 ? [openingLine] : []), keyWords],
    searches(number),
    [approval],
  ];
}

const launchNote = (number: number): Ask => ({
  kind: 'message',
  to: 'marketing-team-lead',
  priority: 'high',
  subject: `Launch note, round ${number}: what may it say?`,
  body: `Find out what a launch note about this repository may say. Ask research for the lines on "${searchTerm(number)}", copywriting how the introduction reads, and seo whether "control plane" stands where a reader looks for it. Then sum up.`,
});

const checkLinks: Ask = {
  kind: 'message',
  to: 'qa',
  priority: 'urgent',
  subject: 'Do the links of the README hold?',
  body: 'Check every link of README.md: that the file it names is there, and the heading it points at. Have engineering check the npm commands it names.',
};

const numbers: Plan = {
  kind: 'tasks',
  priority: 'normal',
  subject: 'This repository in numbers',
  tasks: [
    {
      title: 'Table of the files by kind',
      input: 'Count the files of this repository by kind, with their lines and bytes.',
      assignedTo: 'data-analysis',
      priority: 'normal',
      deliverables: [
        { name: 'table', description: 'Markdown table: kind, files, lines, bytes' },
        { name: 'total', description: 'Files, lines and bytes in all, in one line' },
      ],
      follows: false,
    },
    {
      title: 'Status note from the table',
      input: 'From the table, write the note for people: what most of this repository is made of.',
      assignedTo: 'project-management',
      priority: 'normal',
      deliverables: [{ name: 'note', description: 'At most three sentences' }],
      follows: true,
    },
  ],
};

const factSheet: RunAsk = {
  kind: 'run',
  intent:
    'A fact sheet for the launch: what this repository is made of, what its documents say of change streams, and how the README reads. Sum it up.',
};

const openingLine: Ask = {
  kind: 'message',
  to: 'copywriting',
  priority: 'normal',
  subject: 'Which line opens the launch note?',
  body: 'Propose opening lines for the launch note from the README, and let a person choose one.',
};

const keyWords: Ask = {
  kind: 'message',
  to: 'seo',
  priority: 'high',
  subject: 'Which words carry the README?',
  body: 'List the ten words that README.md uses most. Fail your first attempt on purpose, so that the retry can be seen.',
};

const approval: Ask = {
  kind: 'message',
  to: 'legal',
  priority: 'low',
  subject: 'Is the licence fit for the launch?',
  body: 'Judge whether the licence of this repository fits the launch.',
};

const searches = (number: number): Ask[] =>
  SEARCH_PRIORITIES.map((priority, index) => {
    const term = searchTerm(number + index + 1);
    return {
      kind: 'message',
      to: 'research',
      priority,
      subject: `Where do the documents speak of "${term}"?`,
      body: `Search the documents of this repository for "${term}" and quote the lines.`,
    };
  });

const searchTerm = (number: number): string => SEARCHES[number % SEARCHES.length]!;

/** Every agent type that a round needs. */
export const TEAM: readonly string[] = [
  'marketing-team-lead',
  'research',
  'copywriting',
  'seo',
  'qa',
  'engineering',
  'data-analysis',
  'project-management',
  'legal',
];
