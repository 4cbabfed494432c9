import { randomUUID } from 'node:crypto';
import { nodePrimitives } from '@besure/keys';
import type { DocumentEventData } from './back-office.js';

/** What is stated about a document that nobody has seen before, on its way from one organisation to another. */
export function newDocument(from: string, to: string): DocumentEventData {
  const content = Buffer.from(randomUUID());
  return {
    message: `urn:uuid:${randomUUID()}`,
    sender: { scheme: 'be:cbe', id: '0200000001', organisation: from },
    recipient: { scheme: 'be:cbe', id: '0200000002', organisation: to },
    document: {
      mediaType: 'text/plain',
      size: content.length,
      sha256: Buffer.from(nodePrimitives.sha256(content)).toString('base64url'),
      sha3_512: Buffer.from(nodePrimitives.sha3_512(content)).toString('base64url'),
    },
  };
}
