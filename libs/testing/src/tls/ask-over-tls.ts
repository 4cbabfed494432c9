import { request, type RequestOptions } from 'node:https';

/** An answer, read to its end. */
export interface TlsAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What is asked, and as whom: `ca`, `cert`, `key`, `agent`, `method`, `headers` as Node has them. */
export type TlsQuestion = Omit<RequestOptions, 'headers'> & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Asks an HTTPS server, which `fetch` cannot with an authority or a certificate of one's own. One connection each unless there is an agent. */
export function askOverTls(url: string, { body, headers = {}, ...options }: TlsQuestion): Promise<TlsAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<TlsAnswer>();
  const asking = request(url, { agent: false, ...options, headers: { ...headers } }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      resolve({
        status: response.statusCode ?? 0,
        headers: new Headers(
          Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]),
        ),
        text: Buffer.concat(chunks).toString('utf8'),
      });
    });
  });
  asking.on('error', reject);
  asking.end(body);
  return promise;
}
