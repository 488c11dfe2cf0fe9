/**
 * The records of rows, without those a driver has made unreadable since they were taken up (a field gone, a date that is
 * a string): one of them is not to cost its thread and its page. The change stream lists them for people.
 */
export function legible<T, R>(rows: readonly T[], toRecord: (row: T) => R): R[] {
  return rows.flatMap(row => {
    try {
      return [toRecord(row)];
    } catch (error) {
      if (isOfIllegible(error)) return [];
      throw error;
    }
  });
}

/** What comes of reading a row of which a driver made something else. */
export const isOfIllegible = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;

/** The record of one row; null where there is none, or none that can be read. */
export const legibleOne = <T, R>(row: T | null, toRecord: (row: T) => R): R | null =>
  row === null ? null : (legible([row], toRecord)[0] ?? null);
