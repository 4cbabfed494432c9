import { createHash } from 'node:crypto';
import type { OpenApiDocument } from './document.js';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;background:#f4f4f4;padding:.75rem}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}.note{white-space:pre-line}`;

/** What a page may do: nothing but show itself. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

type Json = Readonly<Record<string, unknown>>;

/** The document as a page: no script, nothing from elsewhere. */
export function pageOf(document: OpenApiDocument): string {
  const { info, paths = {}, components } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Json).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation: operation as Json,
    })),
  );
  const schemas = Object.entries(components?.schemas ?? {});
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(info.title)}</h1>
<p class="note">${escape(info.description ?? '')}</p>
<p>For programs: <a href="/docs/openapi.json">OpenAPI ${escape(document.openapi)}</a>.</p>
<ul>${operations.map(({ name, operation }) => `<li><a href="#${escape(String(operation['operationId']))}"><code>${escape(name)}</code></a> ${escape(String(operation['summary']))}</li>`).join('')}</ul>
${operations.map(({ name, operation }) => section(name, operation)).join('\n')}
${schemas.map(([name, schema]) => `<h2 id="schema-${escape(name)}">${escape(name)}</h2>${json(schema)}`).join('\n')}
</body></html>
`;
}

function section(name: string, operation: Json): string {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const demands = (security as Readonly<Record<string, string[]>>[]).flatMap((one) => Object.entries(one));
  return `<h2 id="${escape(String(operationId))}"><code>${escape(name)}</code></h2>
<p>${escape(String(summary))}. ${demands.length === 0 ? 'Open to everyone.' : `Asks for ${demands.map(demand).join(', or ')}.`}</p>
${typeof description === 'string' ? `<p class="note">${escape(description)}</p>` : ''}
${(parameters as Json[]).map(parameter).join('')}
${requestBody === undefined ? '' : `<h3>Request</h3>${contents(requestBody as Json)}`}
<h3>Answers</h3><table><tr><th>Status</th><th>What</th><th>Headers</th></tr>
${Object.entries(responses as Readonly<Record<string, Json>>)
  .map(row)
  .join('\n')}</table>
${Object.entries(responses as Readonly<Record<string, Json>>)
  .filter(([status]) => status.startsWith('2'))
  .map(([, answer]) => contents(answer))
  .join('')}`;
}

function demand([scheme, scopes]: [string, string[]]): string {
  return `a ${escape(scheme)} with <code>${escape(scopes.join(' '))}</code>`;
}

function parameter({ name, in: place, required, schema, description }: Json): string {
  return `<h3><code>${escape(String(name))}</code> in the ${escape(String(place))}${required === true ? '' : ' (optional)'}</h3>
${typeof description === 'string' ? `<p>${escape(description)}</p>` : ''}${json(schema)}`;
}

function row([status, { description, headers = {} }]: [string, Json]): string {
  return `<tr><td>${escape(status)}</td><td class="note">${escape(String(description))}</td><td>${Object.keys(
    headers as Json,
  )
    .map(escape)
    .join(', ')}</td></tr>`;
}

function contents({ description, content = {} }: Json): string {
  const parts = Object.entries(content as Readonly<Record<string, Json>>);
  return `<p class="note">${escape(String(description))}</p>${parts
    .map(([mediaType, { schema }]) => `<p><code>${escape(mediaType)}</code></p>${json(schema)}`)
    .join('')}`;
}

function json(value: unknown): string {
  return `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
