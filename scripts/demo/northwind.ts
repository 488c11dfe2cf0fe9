import type { z } from 'zod';
import type { CreateProject, Project } from '@/lib/domain/project/schema';

/** The place all demo work hangs on: a client, its brand, one project, each with the context that agents get. */

type Node = Omit<z.input<typeof CreateProject>, 'parentId' | 'context'> & { context: string };

const LABELS = { demo: 'yes' };
export const isDemoNode = ({ labels }: Project): boolean => labels['demo'] === LABELS.demo;

export const NORTHWIND: readonly Node[] = [
  {
    kind: 'client',
    slug: 'northwind',
    name: 'Northwind',
    labels: LABELS,
    context: `Northwind is a made-up client of the demo: a software studio of twelve people that sells to operations teams.

- Readers are engineers who run services at night. They have ten seconds and distrust adjectives.
- Claims need a source that the reader can open. No figure without its unit and how it was measured.
- British spelling. Numbers up to twelve in words, except with units.`,
  },
  {
    kind: 'brand',
    slug: 'northwind-labs',
    name: 'Northwind Labs',
    labels: LABELS,
    context: `Northwind Labs publishes the studio's open-source tools.

- Voice: plain and exact; short sentences; verbs before nouns.
- Not used: seamless, powerful, world-class, unlock, simply, just.
- A text names the command that shows what it claims.`,
  },
  {
    kind: 'project',
    slug: 'switchboard-launch',
    name: 'Switchboard launch',
    labels: LABELS,
    context: `The launch note of Switchboard 0.1, at most 120 words.

- Sources: README.md and ARCHITECTURE.md of this repository, nothing else. What they do not say is not claimed.
- Every link in the README must lead somewhere before the note goes out.
- The note opens with one line that says what it is and for whom; a person chooses it.`,
  },
];
