import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly method: string;
  readonly template: string;
  readonly path: RegExp;
  readonly value: Json;
}

/** Something went over the wire that the document of the service does not allow. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

const DOCUMENT = 'document';
/** Headers of HTTP itself; every other one has to be described. */
const PLAIN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

/** Headers of a request that need no description: of HTTP itself, and those that the description has elsewhere. */
const PLAIN_REQUEST_HEADERS = new Set(['accept', 'authorization', 'content-type']);

/** How an exchange is held against the document. */
export interface ContractOptions {
  /** The request breaks the document on purpose, and is answered with success all the same. */
  readonly badRequest?: boolean;
}

/**
 * The API of a running service as its own OpenAPI document says: requests that succeed and all answers are held against it.
 * Whatever the document does not allow is thrown.
 */
export class ApiContract {
  readonly origin: string;
  readonly #ajv: Ajv2020;
  readonly #operations: readonly Operation[];
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(origin: string, document: Json) {
    this.origin = origin;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addFormat('base64', true); // a pattern stands beside it
    this.#ajv.addSchema(document, DOCUMENT);
    this.#operations = operationsOf(document);
  }

  /** Asks a service for its document. */
  static async of(origin: string): Promise<ApiContract> {
    const response = await fetch(`${origin}/docs/openapi.json`);
    return new ApiContract(origin, (await response.json()) as Json);
  }

  /** Checks one exchange; the response can still be read after it. */
  async check(
    method: string,
    url: URL,
    init: RequestInit,
    response: Response,
    options: ContractOptions = {},
  ): Promise<void> {
    const operation = this.#operations.find((one) => one.method === method && one.path.test(url.pathname));
    if (operation === undefined) {
      // What has no route is answered with a problem; anything else would be a route that nobody described.
      if (response.status !== 404 && response.status !== 400) throw fault(method, url, 'is not described');
      return;
    }
    const { template, value } = operation;
    const at = ['paths', template, method.toLowerCase()];
    if (response.ok && !options.badRequest) this.#checkRequest(at, value, url, init);
    const answer = (value['responses'] as Readonly<Record<string, Json>>)[String(response.status)];
    if (answer === undefined) throw fault(method, url, `does not describe ${response.status}`);
    checkHeaders(answer['headers'] as Readonly<Record<string, Json>> | undefined, response, (what) =>
      fault(method, url, what),
    );
    await this.#checkBody([...at, 'responses', String(response.status)], answer, response, (what) =>
      fault(method, url, what),
    );
  }

  #checkRequest(at: readonly string[], operation: Json, url: URL, init: RequestInit): void {
    const parameters = (operation['parameters'] ?? []) as readonly Json[];
    const queries = parameters.filter((one) => one['in'] === 'query');
    const [, , method = ''] = at;
    for (const name of url.searchParams.keys()) {
      if (!queries.some((one) => one['name'] === name))
        throw fault(method, url, `does not describe ?${name}`);
    }
    const headers = new Headers(init.headers);
    const described = parameters.filter((one) => one['in'] === 'header').map((one) => String(one['name']));
    for (const name of headers.keys()) {
      if (!PLAIN_REQUEST_HEADERS.has(name) && !described.includes(name))
        throw fault(method, url, `does not describe the header ${name}`);
    }
    parameters.forEach(({ in: place, name, required }, index) => {
      if (place !== 'query' && place !== 'header') return;
      const value = (place === 'query' ? url.searchParams : headers).get(String(name));
      if (value === null && required === true) throw fault(method, url, `needs ${String(name)}`);
      if (value === null) return;
      this.#validate([...at, 'parameters', String(index), 'schema'], value, (what) =>
        fault(method, url, `${String(name)}: ${what}`),
      );
    });
    if (typeof init.body !== 'string') return;
    const mediaType = mediaTypeOf(headers);
    const content = (operation['requestBody'] as { content: Json } | undefined)?.content ?? {};
    if (!(mediaType in content)) throw fault(method, url, `does not take ${mediaType}`);
    this.#validate([...at, 'requestBody', 'content', mediaType, 'schema'], JSON.parse(init.body), (what) =>
      fault(method, url, `request: ${what}`),
    );
  }

  async #checkBody(
    at: readonly string[],
    { content = {} }: Json,
    response: Response,
    faultOf: (what: string) => Error,
  ): Promise<void> {
    const mediaType = mediaTypeOf(response.headers);
    if (!(mediaType in (content as Json))) throw faultOf(`does not describe ${response.status} ${mediaType}`);
    if (!mediaType.endsWith('json')) return;
    this.#validate([...at, 'content', mediaType, 'schema'], await response.clone().json(), (what) =>
      faultOf(`${response.status}: ${what}`),
    );
  }

  #validate(at: readonly string[], value: unknown, faultOf: (what: string) => Error): void {
    const ref = `${DOCUMENT}#/${at.map(pointerPart).join('/')}`;
    const validate = this.#validators.get(ref) ?? this.#ajv.compile({ $ref: ref });
    this.#validators.set(ref, validate);
    if (validate(value)) return;
    throw faultOf(this.#ajv.errorsText(validate.errors, { dataVar: 'body' }));
  }
}

const contracts = new Map<string, Promise<ApiContract>>();

/** `fetch` for specs of services: what goes over the wire is held against the document that the service itself serves. */
export async function apiFetch(
  input: string | URL,
  init: RequestInit = {},
  options: ContractOptions = {},
): Promise<Response> {
  const url = new URL(input);
  const response = await fetch(url, init);
  const contract = contracts.get(url.origin) ?? ApiContract.of(url.origin);
  contracts.set(url.origin, contract);
  await (await contract).check(init.method ?? 'GET', url, init, response, options);
  return response;
}

function operationsOf(document: Json): Operation[] {
  const paths = Object.entries(document['paths'] as Readonly<Record<string, Json>>);
  const operations = paths.flatMap(([template, item]) =>
    Object.entries(item).map(([method, value]) => ({
      method: method.toUpperCase(),
      template,
      path: patternOf(template, (value as Json)['x-route']),
      value: value as Json,
    })),
  );
  // A path without variables goes before one that has them.
  return operations.toSorted((one, other) => variables(one) - variables(other));
}

/** Where a wildcard stands for several paths, `x-route` names it. */
function patternOf(template: string, route: unknown): RegExp {
  const text = typeof route === 'string' ? route : template;
  return new RegExp(
    `^${text
      .replaceAll('.', '\\.')
      .replaceAll(/\{\w+\}/g, '[^/]+')
      .replaceAll('*', '.+')}$`,
  );
}

function variables({ template }: Operation): number {
  return template.split('{').length;
}

function checkHeaders(
  described: Readonly<Record<string, Json>> = {},
  { status, headers }: Response,
  faultOf: (what: string) => Error,
): void {
  for (const name of headers.keys()) {
    if (!PLAIN_HEADERS.has(name) && !(name in described))
      throw faultOf(`does not describe ${status} ${name}`);
  }
  for (const [name, { required, schema }] of Object.entries(described)) {
    const value = headers.get(name);
    if (value === null && required === true) throw faultOf(`${status} needs ${name}`);
    if (value === null) continue;
    const { const: only, pattern } = schema as { const?: string; pattern?: string };
    if (only !== undefined && value !== only) throw faultOf(`${status} ${name} is ${value}`);
    if (pattern !== undefined && !new RegExp(pattern).test(value))
      throw faultOf(`${status} ${name} is ${value}`);
  }
}

function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function fault(method: string, url: URL, what: string): ContractError {
  return new ContractError(`${method.toUpperCase()} ${url.pathname} ${what}`);
}
