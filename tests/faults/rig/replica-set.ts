import { freePort } from '@/lib/server/free-port';
import { Member } from './member';
import { until } from './wait';

export interface ReplicaSetOptions {
  mongodPath: string;
  folder: string;
  setName?: string;
  members?: number;
  /** Small where history is to be lost. */
  oplogMegabytes?: number;
  /** Told what the set did on its own, beside the faults asked for. */
  note?: (what: string) => void;
}

const SET_NAME = 'faults';
const OPLOG_MEGABYTES = 512;
/** As `docker compose` sets it up: a dead primary is noticed in 2 s, and heartbeats carry progress where nothing else does. */
const SETTINGS = { electionTimeoutMillis: 2_000, heartbeatTimeoutSecs: 2, heartbeatIntervalMillis: 500 };
const READY_WITHIN_MS = 60_000;
/**
 * A mongod 6.0.5 that comes back with writes of its own to undo may hang in that for good ("Rolling back to the stable
 * timestamp" is the last it says), and again after each restart. An operator would let it sync anew; within this time
 * a sound one follows.
 */
const FOLLOWS_WITHIN_MS = 20_000;
const NOTE_MS = 2_000;
const PRIMARY_WITHIN_MS = 30_000;
/** Short: a member that stepped down may not be elected for this long, and two of three would leave nobody. */
const STEP_DOWN_SECONDS = 2;
const NOT_PRIMARY = /connection .* closed|not primary|NotWritablePrimary|stepdown|stepped down/i;

/** Three real mongod processes on loopback, each of which can be killed, frozen and started again. */
export class ReplicaSet {
  readonly uri: string;

  private constructor(
    readonly name: string,
    readonly members: readonly Member[],
    readonly note: (what: string) => void,
  ) {
    this.uri = `mongodb://${members.map(({ host }) => host).join(',')}/?replicaSet=${name}`;
  }

  static async start({
    mongodPath,
    folder,
    setName = SET_NAME,
    members = 3,
    oplogMegabytes = OPLOG_MEGABYTES,
    note = () => undefined,
  }: ReplicaSetOptions): Promise<ReplicaSet> {
    const ports = await Promise.all(Array.from({ length: members }, () => freePort('127.0.0.1')));
    const set = new ReplicaSet(
      setName,
      ports.map((port, index) => new Member({ mongodPath, folder, index, port, setName, oplogMegabytes })),
      note,
    );
    try {
      for (const member of set.members) member.start();
      await set.#initiate();
      return set;
    } catch (error) {
      await set.stop();
      throw error;
    }
  }

  async #initiate(): Promise<void> {
    for (const member of this.members) {
      await until(
        () => member.hello(),
        READY_WITHIN_MS,
        () => `${member.name} does not answer:\n${member.log().slice(-2_000)}`,
      );
    }
    const members = this.members.map(({ host }, _id) => ({ _id, host }));
    await this.members[0]!.command({ replSetInitiate: { _id: this.name, members, settings: SETTINGS } });
    await this.waitForPrimary();
    await this.waitUntilWhole();
  }

  /** The one that says so; after a freeze two may for a moment, and the later election counts. */
  async primary(): Promise<Member | null> {
    const answers = await Promise.all(this.members.map(async member => ({ member, hello: await member.hello() })));
    const elected = answers
      .filter(({ hello }) => hello?.isWritablePrimary)
      .sort((a, b) => electionOf(b.hello).localeCompare(electionOf(a.hello)));
    return elected[0]?.member ?? null;
  }

  waitForPrimary(than: Member | null = null, withinMs = PRIMARY_WITHIN_MS): Promise<Member> {
    return until(
      async () => {
        const found = await this.primary();
        return found !== null && found !== than && found;
      },
      withinMs,
      'a primary',
    );
  }

  async secondaries(): Promise<Member[]> {
    const answers = await Promise.all(this.members.map(async member => ({ member, hello: await member.hello() })));
    return answers.filter(({ hello }) => hello?.secondary).map(({ member }) => member);
  }

  /**
   * A primary, and every other member has what it wrote. To call itself secondary is not enough: one that came back
   * first asks its source for its oplog, and gives up on a source that freezes right then only after a minute.
   */
  async waitUntilWhole(): Promise<Member> {
    const followedAtMs = new Map(this.members.map(member => [member, Date.now()]));
    return until(
      async () => {
        await this.#resyncStuck(followedAtMs);
        const primary = await this.primary();
        return primary !== null && (await this.#reachesAll(primary)) && primary;
      },
      READY_WITHIN_MS,
      'all members are up',
    );
  }

  async #resyncStuck(followedAtMs: Map<Member, number>): Promise<void> {
    for (const member of this.members) {
      const hello = await member.hello();
      const isAway = !member.isRunning || member.isFrozen;
      if (isAway || hello?.isWritablePrimary || hello?.secondary) followedAtMs.set(member, Date.now());
      if (Date.now() - (followedAtMs.get(member) ?? 0) < FOLLOWS_WITHIN_MS) continue;
      this.note(`${member.name} ran and followed nobody for ${FOLLOWS_WITHIN_MS} ms: killed, and synced anew`);
      await member.kill();
      member.startEmpty();
      followedAtMs.set(member, Date.now());
    }
  }

  async #reachesAll(primary: Member): Promise<boolean> {
    const writeConcern = { w: this.members.length, wtimeout: NOTE_MS };
    const note = { appendOplogNote: 1, data: { note: 'whole' }, writeConcern };
    const reply = await primary.command(note).catch(() => null);
    return reply !== null && reply['writeConcernError'] === undefined;
  }

  /** Hands over in good order; resolves with the moment it was asked. */
  async stepDown(): Promise<number> {
    const primary = await this.waitForPrimary();
    const atMs = Date.now();
    try {
      await primary.command({ replSetStepDown: STEP_DOWN_SECONDS, secondaryCatchUpPeriodSecs: 1 });
    } catch (error) {
      if (!NOT_PRIMARY.test(String(error))) throw error;
    }
    return atMs;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map(member => member.end()));
  }
}

const electionOf = (hello: { electionId?: { toHexString(): string } } | null): string =>
  hello?.electionId?.toHexString() ?? '';
