// Makes an event of a document and sends it with the official CloudEvents SDK (npm install cloudevents), then asks how far it is.
// usage: BESURE_URL=http://localhost:8080 BESURE_TOKEN_FILE=token node send.mjs DOCUMENT MEDIA-TYPE ID [binary|structured]
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CloudEvent, HTTP } from 'cloudevents';

const [file, mediaType, id, mode = 'binary'] = process.argv.slice(2);
const url = `${process.env.BESURE_URL}/v1/events`;
const authorization = `Bearer ${readFileSync(process.env.BESURE_TOKEN_FILE, 'ascii').trim()}`;
const source = '/examples/back-office';

const document = readFileSync(file);
const digest = (algorithm) => createHash(algorithm).update(document).digest('base64url');
const event = new CloudEvent({
  id,
  source,
  type: 'be.besure.document.sent.v1',
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  data: {
    message: id,
    sender: { scheme: 'enterprise', id: '0123.456.789', organisation: 'alpha' },
    recipient: { scheme: 'person', id: '90.01.01-123.45', organisation: 'beta' },
    document: { mediaType, size: document.length, sha256: digest('sha256'), sha3_512: digest('sha3-512') },
  },
});

async function ask(address, init) {
  const response = await fetch(address, { ...init, headers: { ...init.headers, authorization } });
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return body;
}

const { headers, body } = HTTP[mode](event);
process.stdout.write(`${await ask(url, { method: 'POST', headers, body })}\n`);
process.stdout.write(`${await ask(`${url}?${new URLSearchParams({ source, id })}`, {})}\n`);
