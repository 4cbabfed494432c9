/** The members of a problem that vary. */
export interface ProblemInput {
  readonly status: number;
  /** Stable, kebab-case: becomes `urn:besure:problem:<code>`. */
  readonly code: string;
  /** One phrase for people, the same for every problem of this code. */
  readonly title: string;
  /** What is wrong this time. Never quotes facts of an event. */
  readonly detail?: string;
  /** The member of the request that breaks a rule, e.g. `data.document.sha256`. */
  readonly field?: string;
  /** The rule that it breaks. */
  readonly rule?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes over the wire: RFC 9457 with the two members `field` and `rule`. */
export interface ProblemBody {
  readonly type: `urn:besure:problem:${string}`;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly field?: string;
  readonly rule?: string;
}

/** Thrown anywhere in a request; the filter answers with it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemBody;

  constructor(input: ProblemInput) {
    super(input.title);
    this.status = input.status;
    this.code = input.code;
    this.headers = input.headers ?? {};
    this.body = {
      type: `urn:besure:problem:${input.code}`,
      title: input.title,
      status: input.status,
      ...(input.detail === undefined ? {} : { detail: input.detail }),
      ...(input.field === undefined ? {} : { field: input.field }),
      ...(input.rule === undefined ? {} : { rule: input.rule }),
    };
  }
}

type Extra = Pick<ProblemInput, 'detail' | 'field' | 'rule' | 'headers'>;

/** The problems that every service has. */
export const problems = {
  malformed: (extra: Extra = {}) =>
    new Problem({ status: 400, code: 'malformed', title: 'The request cannot be read', ...extra }),
  unauthenticated: (extra: Extra = {}) =>
    new Problem({
      status: 401,
      code: 'unauthenticated',
      title: 'A caller who is known is needed',
      headers: { 'www-authenticate': 'Bearer realm="besure"' },
      ...extra,
    }),
  forbidden: (extra: Extra = {}) =>
    new Problem({ status: 403, code: 'forbidden', title: 'The caller may not do this', ...extra }),
  notFound: (extra: Extra = {}) =>
    new Problem({ status: 404, code: 'not-found', title: 'There is nothing here', ...extra }),
  tooSlow: (extra: Extra = {}) =>
    new Problem({ status: 408, code: 'too-slow', title: 'The request did not come in time', ...extra }),
  tooLarge: (extra: Extra = {}) =>
    new Problem({ status: 413, code: 'too-large', title: 'The request is too large', ...extra }),
  unsupportedMediaType: (extra: Extra = {}) =>
    new Problem({
      status: 415,
      code: 'unsupported-media-type',
      title: 'This media type is not accepted here',
      field: 'content-type',
      rule: 'must be JSON in UTF-8: application/json or, for events, application/cloudevents+json or application/cloudevents-batch+json',
      ...extra,
    }),
  invalid: (extra: Extra = {}) =>
    new Problem({ status: 422, code: 'invalid', title: 'The request breaks a rule', ...extra }),
  headersTooLarge: (extra: Extra = {}) =>
    new Problem({ status: 431, code: 'headers-too-large', title: 'The headers are too large', ...extra }),
  tooMany: (retryAfterSeconds: number, extra: Extra = {}) =>
    new Problem({
      status: 429,
      code: 'too-many',
      title: 'Too much at the moment',
      headers: { 'retry-after': String(retryAfterSeconds) },
      ...extra,
    }),
  unavailable: (retryAfterSeconds: number, extra: Extra = {}) =>
    new Problem({
      status: 503,
      code: 'unavailable',
      title: 'Not available at the moment',
      headers: { 'retry-after': String(retryAfterSeconds) },
      ...extra,
    }),
  internal: () => new Problem({ status: 500, code: 'internal', title: 'Something failed on our side' }),
} as const;
