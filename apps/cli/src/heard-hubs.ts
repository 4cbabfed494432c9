import { join } from 'node:path';
import type { Charter } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { accuse, type FolderLog, type LogSource, servedLog, type Testimony } from '@besure/log-store';
import { parseCheckpoint, ProtocolError } from '@besure/protocol';

/** Below the mirror's folder. */
const FOLDER = 'accusations';

/** An accusation that was written. */
export interface WrittenAccusation {
  /** The key name of who is accused. */
  readonly name: string;
  readonly path: string;
}

/** What hubs showed to a mirror, and what it held before: two of them may convict somebody. */
export class HeardHubs {
  readonly #folder: FolderLog;
  readonly #charter: Charter;
  /** The checkpoint that the folder had before the run. */
  readonly #before: string | null;
  readonly #shown: { readonly note: string; readonly source: LogSource }[] = [];

  private constructor(folder: FolderLog, charter: Charter, before: string | null) {
    this.#folder = folder;
    this.#charter = charter;
    this.#before = before;
  }

  /** Before anything is copied. */
  static async listen(folder: FolderLog, charter: Charter): Promise<HeardHubs> {
    return new HeardHubs(folder, charter, await checkpointIn(folder));
  }

  /** Remembers what a source shows. */
  heard(note: string, source: LogSource): void {
    this.#shown.push({ note, source });
  }

  /** Writes an accusation for each hub or witness that all this convicts. */
  async accuse(): Promise<WrittenAccusation[]> {
    const made = await accuse(await this.#testimonies(), this.#charter, nodePrimitives);
    const written: WrittenAccusation[] = [];
    for (const { accused, lie, text } of made) {
      const path = join(FOLDER, `${accused.id}-${lie}.json`);
      await this.#folder.write(path, text);
      written.push({ name: accused.name, path: join(this.#folder.name, path) });
    }
    return written;
  }

  async #testimonies(): Promise<Testimony[]> {
    const shown = this.#shown.flatMap(({ note, source }) => {
      const size = sizeOf(note);
      return size === null ? [] : [{ note, log: servedLog(source, size) }];
    });
    // The folder may have grown: what it had is a beginning of what it has.
    const now = await checkpointIn(this.#folder);
    const size = now === null ? null : sizeOf(now);
    const log = size === null ? null : servedLog(this.#folder, size);
    const own = [...new Set([this.#before, now])].flatMap((note) => (note === null ? [] : [{ note, log }]));
    return [...own, ...shown];
  }
}

async function checkpointIn(folder: FolderLog): Promise<string | null> {
  return (await folder.read('checkpoint'))?.toString() ?? null;
}

function sizeOf(note: string): number | null {
  try {
    return parseCheckpoint(note).size;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return null;
  }
}
