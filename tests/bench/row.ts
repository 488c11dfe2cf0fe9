import type { MongoClient } from 'mongodb';
import type { BenchServer } from './server';

export interface BenchEnv {
  rounds: number;
  count: number | null;
  /** Says what is going on; not part of the result. */
  progress(line: string): void;
}

/** One line of a table: what it is, and its cells by column. */
export interface Figure {
  title: string;
  cells: Record<string, string>;
}

/** Something promised, and whether this run kept it. */
export interface Check {
  title: string;
  got: string;
  bar: string;
  holds: boolean;
}

export interface RowResult {
  figures: Figure[];
  checks: Check[];
  notes: string[];
  /** Every sample, for the JSON. */
  samples: unknown;
}

/** A row of the report that can be run alone. */
export interface Row {
  name: string;
  title: string;
  run(env: BenchEnv): Promise<RowResult>;
}

export interface Rig {
  server: BenchServer;
  client: MongoClient;
}

export const ms = (value: number): string => `${value.toFixed(2)} ms`;
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;
export const times = (value: number): string => `${value.toFixed(2)} ×`;
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} %`;
