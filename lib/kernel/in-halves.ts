/** Below this, two commands cost more than the second core brings. */
const LEAST = 40;

/**
 * A batch in two halves side by side, while nothing else goes through here: the database works on one command with one
 * core, and there are two. When others are under way they use the second, and a whole batch costs less than its halves.
 */
export class InHalves {
  #underWay = 0;

  /** Answers for each, in order. Settles when both halves have; the first failure is that of all. */
  async run<T, R>(rows: T[], work: (part: T[]) => Promise<R[]>): Promise<R[]> {
    const isSplit = this.#underWay === 0 && rows.length >= LEAST;
    this.#underWay += 1;
    try {
      if (!isSplit) return await work(rows);
      const middle = Math.ceil(rows.length / 2);
      const halves = await Promise.allSettled([work(rows.slice(0, middle)), work(rows.slice(middle))]);
      return halves.flatMap(half => {
        if (half.status === 'rejected') throw half.reason;
        return half.value;
      });
    } finally {
      this.#underWay -= 1;
    }
  }
}
