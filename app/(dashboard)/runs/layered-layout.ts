import { groupBy } from './group-by';

/** Where the tasks of a run stand when they are drawn: what is needed left of what needs it, in columns and rows. */

export interface Needing {
  id: string;
  dependsOn: readonly string[];
}

export interface Place {
  column: number;
  /** Columns are centred on each other and leave room for lines, so this may be a fraction. */
  row: number;
}
export interface PlacedNode extends Place {
  id: string;
}

export interface Edge {
  from: string;
  to: string;
  /** It closes a circle, which only a raw insert can make: drawn as it is, but nothing is placed by it. */
  isBack: boolean;
  /** Where a line over several columns passes between the tasks of those in the middle. */
  via: Place[];
}

export interface Layout {
  nodes: PlacedNode[];
  edges: Edge[];
  columns: number;
  rows: number;
}

/** What stands in a column: a task, or room for a line that passes. */
interface Item {
  id: string;
  height: number;
}
type Line = Pick<Edge, 'from' | 'to'>;

/** A layer longer than this goes on in a column of its own, so that 500 tasks side by side are no tower. */
const FEWEST_ROWS = 12;
const ROWS_OF_ALL = 1.5;
/** Orders settle after a few looks at the neighbours; more moves nothing that one sees. */
const SWEEPS = 4;
/** Of a row: enough to see a line between two tasks. */
const LINE_HEIGHT = 0.3;
/** Beyond this room for lines would be more than the tasks; they then pass behind them. */
const MOST_BENDS = 400;

export function layoutOf(tasks: readonly Needing[]): Layout {
  const edges = edgesOf(tasks);
  const layers = inLayers(tasks, edges);
  const { lines, bends } = splitLongLines(layers, edges);
  sortByNeighbours(layers, lines);
  const mostRows = Math.max(FEWEST_ROWS, Math.ceil(Math.sqrt(tasks.length * ROWS_OF_ALL)));
  const columns = layers.flatMap(layer => cut(layer, mostRows));
  const rows = Math.max(0, ...columns.map(heightOf));
  const places = new Map(columns.flatMap((items, column) => placesIn(items, column, rows)));
  return {
    nodes: tasks.map(({ id }) => ({ id, ...places.get(id)! })),
    edges: edges.map(edge => ({ ...edge, via: (bends.get(edge) ?? []).map(id => places.get(id)!) })),
    columns: columns.length,
    rows,
  };
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
      edges.push({ from: id, to: task.id, isBack: onPath.has(id), via: [] });
      if (!seen.has(id)) walk(need);
    }
    onPath.delete(task.id);
  };
  for (const task of tasks) if (!seen.has(task.id)) walk(task);
  return edges;
}

/** By the longest way there: a task stands right of everything it needs. */
function inLayers(tasks: readonly Needing[], edges: readonly Edge[]): Item[][] {
  const needs = linked(forward(edges), 'to', 'from');
  const layerOf = new Map<string, number>();
  const layerFor = (id: string): number => {
    const known = layerOf.get(id);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...(needs.get(id) ?? []).map(layerFor)) + 1;
    layerOf.set(id, layer);
    return layer;
  };
  const layers: Item[][] = [];
  for (const { id } of tasks) (layers[layerFor(id)] ??= []).push({ id, height: 1 });
  return layers;
}

/** Gives each line over several layers its room in those between, so that it does not seem to start at a task there. */
function splitLongLines(layers: Item[][], edges: readonly Edge[]): { lines: Line[]; bends: Map<Edge, string[]> } {
  const layerOf = new Map(layers.flatMap((items, layer) => items.map(({ id }) => [id, layer] as const)));
  const ahead = forward(edges);
  const between = ({ from, to }: Edge): number => layerOf.get(to)! - layerOf.get(from)! - 1;
  const bends = new Map<Edge, string[]>();
  if (ahead.reduce((sum, edge) => sum + between(edge), 0) > MOST_BENDS) return { lines: ahead, bends };
  const lines = ahead.flatMap(edge => {
    const ids = Array.from({ length: between(edge) }, (_, step) => `${edge.from}>${edge.to}@${step}`);
    ids.forEach((id, step) => layers[layerOf.get(edge.from)! + step + 1]!.push({ id, height: LINE_HEIGHT }));
    if (ids.length > 0) bends.set(edge, ids);
    const stops = [edge.from, ...ids, edge.to];
    return stops.slice(1).map((to, step) => ({ from: stops[step]!, to }));
  });
  return { lines, bends };
}

/** Each layer by the middle of its neighbours in the one before, then in the one after: fewer lines cross. */
function sortByNeighbours(layers: Item[][], lines: readonly Line[]): void {
  const before = linked(lines, 'to', 'from');
  const after = linked(lines, 'from', 'to');
  const places = new Map<string, number>();
  const note = (layer: readonly Item[]) => layer.forEach(({ id }, at) => places.set(id, at / layer.length));
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const goesRight = sweep % 2 === 0;
    const neighbours = goesRight ? before : after;
    for (const layer of goesRight ? layers : layers.toReversed()) {
      const middle = new Map(layer.map(({ id }) => [id, middleOf(neighbours.get(id), places) ?? places.get(id)!]));
      layer.sort((a, b) => middle.get(a.id)! - middle.get(b.id)!);
      note(layer);
    }
  }
}

function middleOf(ids: readonly string[] | undefined, places: ReadonlyMap<string, number>): number | undefined {
  if (ids === undefined) return undefined;
  return ids.reduce((sum, id) => sum + (places.get(id) ?? 0), 0) / ids.length;
}

const forward = (edges: readonly Edge[]): Edge[] => edges.filter(({ isBack }) => !isBack);
const linked = (lines: readonly Line[], key: 'from' | 'to', value: 'from' | 'to'): Map<string, string[]> =>
  new Map([...groupBy(lines, line => line[key])].map(([id, group]) => [id, group.map(line => line[value])]));
const heightOf = (items: readonly Item[]): number => items.reduce((sum, { height }) => sum + height, 0);

function placesIn(items: readonly Item[], column: number, rows: number): [string, Place][] {
  let top = (rows - heightOf(items)) / 2;
  return items.map(({ id, height }) => {
    // The row is that of a task with the same middle.
    const row = top + (height - 1) / 2;
    top += height;
    return [id, { column, row }];
  });
}

/** Even parts: 13 of at most 12 are 7 and 6, not 12 and 1. */
function cut(items: readonly Item[], most: number): Item[][] {
  const parts = Math.ceil(heightOf(items) / most);
  const length = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, part) => items.slice(part * length, (part + 1) * length));
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
  const ends = edges.flatMap(({ from, to }) =>
    direction === 'left' && to === id ? [from] : direction === 'right' && from === id ? [to] : [],
  );
  const neighbours = nodes.filter(node => node.id !== id && ends.includes(node.id));
  const step = direction === 'left' ? -1 : 1;
  return nearest(neighbours) ?? nearest(nodes.filter(({ column }) => column === here.column + step));
}

/** Columns weigh more, so that the closest column is met first. */
const distance = (a: Place, b: Place): number => Math.abs(a.column - b.column) * 100 + Math.abs(a.row - b.row);
