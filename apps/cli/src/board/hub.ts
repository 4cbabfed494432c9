import { type Change, type Charter, CharterError, parseCharter } from '@besure/governance';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import {
  type Difference,
  historyAnswer,
  type HistoryEntry,
  type Permissions,
  permissionsAnswer,
  previewAnswer,
  type Problem,
  problemAnswer,
  proposalAnswer,
  type Rights,
  rightsAnswer,
  type ShownProposal,
  type SignedProposal,
  signedProposalAnswer,
} from './hub-answers.js';

/** A no of the hub: which rule is broken, and where. */
export class HubRefusal extends CliError {
  constructor(hub: string, { type, title, detail, field, rule }: Problem) {
    const lines = [
      `${hub} refuses it: ${title} (${type.replace('urn:besure:problem:', '')})`,
      ...(detail === undefined ? [] : [`  ${detail}`]),
      ...(field === undefined || field === '' ? [] : [`  field: ${field}`]),
      ...(rule === undefined ? [] : [`  rule: ${rule}`]),
    ];
    super(EXIT.failed, lines.join('\n'));
    this.name = 'HubRefusal';
  }
}

const DEADLINE_MILLIS = 30_000;

/**
 * What a hub's `rights` tells and takes. Every method throws a CliError: HubRefusal where the hub says no, exit status 69 where it does not
 * answer, or answers something else.
 */
export class Hub {
  readonly url: string;

  /** `url` is what stands before `/v1/`. */
  constructor(url: string) {
    this.url = url;
  }

  /** Members, hubs, hosting and terms. */
  rights(): Promise<Rights> {
    return this.#ask('/v1/rights', rightsAnswer);
  }

  /** The charter as the decisions have made it. */
  async charter(): Promise<Charter> {
    const text = await this.#text('/v1/charter');
    try {
      return parseCharter(text);
    } catch (error) {
      if (!(error instanceof CharterError)) throw error;
      throw this.#strange(`no charter: ${error.message}`, error);
    }
  }

  /** All proposals, or those of one status. */
  async proposals(status?: string): Promise<readonly ShownProposal[]> {
    const query = status === undefined ? '' : `?${new URLSearchParams({ status })}`;
    const list = z.looseObject({ proposals: z.array(proposalAnswer) });
    return (await this.#ask(`/v1/rights/proposals${query}`, list)).proposals;
  }

  /** One proposal, with the note that made it. */
  proposal(id: string): Promise<SignedProposal> {
    return this.#ask(`/v1/rights/proposals/${encodeURIComponent(id)}`, signedProposalAnswer);
  }

  /** The decision file of a proposal. */
  decision(id: string): Promise<string> {
    return this.#text(`/v1/rights/proposals/${encodeURIComponent(id)}/decision`);
  }

  /** What each entry of the log did, from one on. */
  async history(from: number): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for (let next: number | null = from; next !== null;) {
      const page: z.infer<typeof historyAnswer> = await this.#ask(
        `/v1/rights/history?from=${next}`,
        historyAnswer,
      );
      entries.push(...page.entries);
      next = page.entries.length === 0 ? null : page.next;
    }
    return entries;
  }

  /** What the ledger permits, and where that is not what the charter says. */
  permissions(): Promise<Permissions> {
    return this.#ask('/v1/permissions', permissionsAnswer);
  }

  /** What exactly a change would change. */
  async preview(change: Change): Promise<readonly Difference[]> {
    return (await this.#ask('/v1/rights/preview', previewAnswer, change)).changes;
  }

  /** Hands in a signed note; answers its id. */
  async carry(note: string): Promise<string> {
    return (await this.#ask('/v1/rights/notes', z.looseObject({ id: z.string() }), { note })).id;
  }

  async #ask<T>(path: string, schema: z.ZodType<T>, body?: object): Promise<T> {
    const text = await this.#text(path, body);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw this.#strange('no JSON', cause);
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw this.#strange(result.error.issues[0]?.path.join('.') ?? '', result.error);
  }

  async #text(path: string, body?: object): Promise<string> {
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(`${this.url}${path}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(DEADLINE_MILLIS),
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      text = await answer.text();
    } catch (cause) {
      throw new CliError(EXIT.unavailable, `${this.url} does not answer`, { cause });
    }
    if (answer.ok) return text;
    const problem = problemAnswer.safeParse(jsonOrNull(text));
    if (!problem.success || answer.status >= 500) {
      const why = problem.data?.detail ?? problem.data?.title ?? '';
      throw new CliError(EXIT.unavailable, `${this.url} answers ${answer.status}${why && `: ${why}`}`);
    }
    throw new HubRefusal(this.url, problem.data);
  }

  #strange(what: string, cause: unknown): CliError {
    return new CliError(EXIT.unavailable, `${this.url} does not answer as a hub's rights does (${what})`, {
      cause,
    });
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
