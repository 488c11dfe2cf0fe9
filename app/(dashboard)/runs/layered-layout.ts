import { groupBy } from './group-by';

/** Where the tasks of a run stand when they are drawn: what is needed left of what needs it, in columns and rows. */

export interface Needing {
  id: string;
  dependsOn: readonly string[];
}

export interface PlacedNode {
  id: string;
  column: number;
  /** Columns are centred on each other, so this may be a half. */
  row: number;
}

export interface Edge {
  from: string;
  to: string;
  /** It closes a circle, which only a raw insert can make: drawn as it is, but nothing is placed by it. */
  isBack: boolean;
}

export interface Layout {
  nodes: PlacedNode[];
  edges: Edge[];
  columns: number;
  rows: number;
}

/** A layer longer than this goes on in a column of its own, so that 500 tasks side by side are no tower. */
const FEWEST_ROWS = 12;
const ROWS_OF_ALL = 1.5;
/** Orders settle after a few looks at the neighbours; more moves nothing that one sees. */
const SWEEPS = 4;

export function layoutOf(tasks: readonly Needing[]): Layout {
  const edges = edgesOf(tasks);
  const layers = inLayers(tasks, edges);
  sortByNeighbours(layers, edges);
  const mostRows = Math.max(FEWEST_ROWS, Math.ceil(Math.sqrt(tasks.length * ROWS_OF_ALL)));
  const columns = layers.flatMap(layer => cut(layer, mostRows));
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  const nodes = columns.flatMap((ids, column) =>
    ids.map((id, place) => ({ id, column, row: place + (rows - ids.length) / 2 })),
  );
  return { nodes, edges, columns: columns.length, rows };
}

/** Each need once, of tasks that are there; those that lead back into their own path are marked. */
function edgesOf(tasks: readonly Needing[]): Edge[] {
  const byId = new Map(tasks.map(task => [task.id, task]));
  const seen = new Set<string>();
  const onPath = new Set<string>();
  const edges: Edge[] = [];
  const walk = (task: Needing): void => {
    seen.add(task.id);
    onPath.add(task.id);
    for (const id of new Set(task.dependsOn)) {
      const need = byId.get(id);
      if (need === undefined) continue;
      edges.push({ from: id, to: task.id, isBack: onPath.has(id) });
      if (!seen.has(id)) walk(need);
    }
    onPath.delete(task.id);
  };
  for (const task of tasks) if (!seen.has(task.id)) walk(task);
  return edges;
}

/** By the longest way there: a task stands right of everything it needs. */
function inLayers(tasks: readonly Needing[], edges: readonly Edge[]): string[][] {
  const forward = edges.filter(({ isBack }) => !isBack);
  const needs = linked(forward, 'to', 'from');
  const layerOf = new Map<string, number>();
  const place = (id: string): number => {
    const known = layerOf.get(id);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...(needs.get(id) ?? []).map(place)) + 1;
    layerOf.set(id, layer);
    return layer;
  };
  const layers: string[][] = [];
  for (const { id } of tasks) (layers[place(id)] ??= []).push(id);
  return layers;
}

/** Each layer by the middle of its neighbours in the one before, then in the one after: fewer lines cross. */
function sortByNeighbours(layers: string[][], edges: readonly Edge[]): void {
  const forward = edges.filter(({ isBack }) => !isBack);
  const before = linked(forward, 'to', 'from');
  const after = linked(forward, 'from', 'to');
  const places = new Map<string, number>();
  const note = (layer: readonly string[]) => layer.forEach((id, at) => places.set(id, at / Math.max(1, layer.length)));
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const goesRight = sweep % 2 === 0;
    for (const layer of goesRight ? layers : layers.toReversed()) {
      const neighbours = goesRight ? before : after;
      const middle = new Map(layer.map(id => [id, middleOf(neighbours.get(id), places) ?? places.get(id)!]));
      layer.sort((a, b) => middle.get(a)! - middle.get(b)!);
      note(layer);
    }
  }
}

function middleOf(ids: readonly string[] | undefined, places: ReadonlyMap<string, number>): number | undefined {
  if (ids === undefined) return undefined;
  return ids.reduce((sum, id) => sum + (places.get(id) ?? 0), 0) / ids.length;
}

const linked = (edges: readonly Edge[], key: 'from' | 'to', value: 'from' | 'to'): Map<string, string[]> =>
  new Map([...groupBy(edges, edge => edge[key])].map(([id, group]) => [id, group.map(edge => edge[value])]));

/** Even parts: 13 of at most 12 are 7 and 6, not 12 and 1. */
function cut(ids: readonly string[], most: number): string[][] {
  const parts = Math.ceil(ids.length / most);
  const length = Math.ceil(ids.length / parts);
  return Array.from({ length: parts }, (_, part) => ids.slice(part * length, (part + 1) * length));
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The node an arrow key goes to: along a line where there is one, else to the nearest in the next column. */
export function neighbourOf({ nodes, edges }: Layout, id: string, direction: Direction): string | null {
  const here = nodes.find(node => node.id === id);
  if (here === undefined) return null;
  const nearest = (among: readonly PlacedNode[]): string | null =>
    among.toSorted((a, b) => distance(a, here) - distance(b, here))[0]?.id ?? null;
  if (direction === 'up' || direction === 'down') {
    const sign = direction === 'up' ? -1 : 1;
    return nearest(nodes.filter(({ column, row }) => column === here.column && (row - here.row) * sign > 0));
  }
  const lines = edges.flatMap(({ from, to }) =>
    direction === 'left' && to === id ? [from] : direction === 'right' && from === id ? [to] : [],
  );
  const neighbours = nodes.filter(node => node.id !== id && lines.includes(node.id));
  const step = direction === 'left' ? -1 : 1;
  return nearest(neighbours) ?? nearest(nodes.filter(({ column }) => column === here.column + step));
}

/** Columns weigh more, so that the closest column is met first. */
const distance = (a: PlacedNode, b: PlacedNode): number =>
  Math.abs(a.column - b.column) * 100 + Math.abs(a.row - b.row);
