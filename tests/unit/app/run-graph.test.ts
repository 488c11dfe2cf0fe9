import { describe, expect, it } from 'vitest';
import { layoutOf, neighbourOf, type Layout, type Needing } from '@/app/(dashboard)/runs/layered-layout';

const task = (id: string, ...dependsOn: string[]): Needing => ({ id, dependsOn });
const columnOf = (layout: Layout, id: string): number => layout.nodes.find(node => node.id === id)!.column;

/** Every task once, no two on one place, and each right of what it needs. */
function expectSound(layout: Layout, tasks: readonly Needing[]): void {
  expect(layout.nodes.map(({ id }) => id).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
  expect(new Set(layout.nodes.map(({ column, row }) => `${column}:${row}`)).size).toBe(tasks.length);
  const columns = new Map(layout.nodes.map(({ id, column }) => [id, column]));
  for (const { from, to, isBack } of layout.edges) {
    if (!isBack) expect(columns.get(from)!).toBeLessThan(columns.get(to)!);
  }
  for (const { column, row } of layout.nodes) {
    expect(column).toBeLessThan(layout.columns);
    expect(row).toBeLessThanOrEqual(layout.rows - 1);
    expect(row).toBeGreaterThanOrEqual(0);
  }
}

describe('a graph of tasks', () => {
  it('is nothing for no tasks', () => {
    expect(layoutOf([])).toEqual({ nodes: [], edges: [], columns: 0, rows: 0 });
  });

  it('puts a task behind the longest way to it, whatever the order they come in', () => {
    const tasks = [task('end', 'start', 'late'), task('late', 'middle'), task('middle', 'start'), task('start')];
    const layout = layoutOf(tasks);
    expectSound(layout, tasks);
    expect(['start', 'middle', 'late', 'end'].map(id => columnOf(layout, id))).toEqual([0, 1, 2, 3]);
    expect(layout.edges).toHaveLength(4);
  });

  it('leaves out what is not of the run, and a need that stands there twice', () => {
    const layout = layoutOf([task('a', 'elsewhere'), task('b', 'a', 'a')]);
    expect(layout.edges).toEqual([{ from: 'a', to: 'b', isBack: false, via: [] }]);
  });

  it('draws a circle, with one line of it marked', () => {
    const tasks = [task('a', 'c'), task('b', 'a'), task('c', 'b'), task('self', 'self'), task('after', 'c')];
    const layout = layoutOf(tasks);
    expectSound(layout, tasks);
    expect(layout.edges.filter(({ isBack }) => isBack)).toHaveLength(2);
    expect(layout.edges).toHaveLength(5);
  });

  it('crosses fewer lines than the order they came in', () => {
    const tasks = [task('a'), task('b'), task('x', 'b'), task('y', 'a')];
    const { nodes } = layoutOf(tasks);
    const row = (id: string) => nodes.find(node => node.id === id)!.row;
    expect(Math.sign(row('a') - row('b'))).toBe(Math.sign(row('y') - row('x')));
  });

  it('leads a line over several columns past the tasks between, through none of them', () => {
    const tasks = [task('a'), task('b', 'a'), task('c', 'b'), task('d', 'c', 'a')];
    const layout = layoutOf(tasks);
    expectSound(layout, tasks);
    const long = layout.edges.find(({ from, to }) => from === 'a' && to === 'd')!;
    expect(long.via.map(({ column }) => column)).toEqual([1, 2]);
    for (const { column, row } of long.via) {
      const there = layout.nodes.find(node => node.column === column)!;
      expect(Math.abs(there.row - row)).toBeGreaterThan(0.5);
    }
  });

  it('makes no tower of 500 tasks side by side', () => {
    const tasks = Array.from({ length: 500 }, (_, at) => task(`t${at}`));
    const layout = layoutOf(tasks);
    expectSound(layout, tasks);
    expect(layout.rows).toBeLessThan(40);
    expect(layout.columns).toBeLessThan(40);
  });

  it('places 500 tasks with a thousand lines, and 500 in one chain, within a blink', () => {
    const mesh = Array.from({ length: 500 }, (_, at) =>
      task(`t${at}`, ...(at < 20 ? [] : [`t${(at * 7) % at}`, `t${at - 20}`, `t${Math.floor(at / 2)}`])),
    );
    const chain = Array.from({ length: 500 }, (_, at) => task(`t${at}`, ...(at === 0 ? [] : [`t${at - 1}`])));
    const began = performance.now();
    const [meshed, chained] = [layoutOf(mesh), layoutOf(chain)];
    // Generous: a busy machine is no failure, a square of the square is.
    expect(performance.now() - began).toBeLessThan(1_000);
    expectSound(meshed, mesh);
    expectSound(chained, chain);
    expect(chained.columns).toBe(500);
  });
});

describe('arrow keys in the graph', () => {
  const layout = layoutOf([task('a'), task('b'), task('c', 'a'), task('d', 'c')]);
  it('go along the lines, and up and down a column', () => {
    expect(neighbourOf(layout, 'a', 'right')).toBe('c');
    expect(neighbourOf(layout, 'c', 'left')).toBe('a');
    expect(neighbourOf(layout, 'c', 'right')).toBe('d');
    expect([neighbourOf(layout, 'a', 'down'), neighbourOf(layout, 'a', 'up')].toSorted()).toEqual(['b', null]);
  });

  it('find the next column where no line goes, and stay at the edge', () => {
    expect(neighbourOf(layout, 'b', 'right')).toBe('c');
    expect(neighbourOf(layout, 'd', 'right')).toBeNull();
    expect(neighbourOf(layout, 'a', 'left')).toBeNull();
    expect(neighbourOf(layout, 'gone', 'left')).toBeNull();
  });
});
