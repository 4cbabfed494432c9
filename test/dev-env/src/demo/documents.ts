import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** A document of the demo: its bytes stay where they are, only what an event says about them is here. */
export interface DemoDocument {
  /** As a reader knows it: the path below the folder. */
  readonly name: string;
  /** Safe as the beginning of a file name, and different for each document. */
  readonly slug: string;
  /** Null for the one that is made on the fly and kept in memory. */
  readonly path: string | null;
  readonly bytes: Uint8Array | null;
  readonly digest: {
    readonly mediaType: string;
    readonly size: number;
    readonly sha256: string;
    readonly sha3_512: string;
  };
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
};

const LARGE_BYTES = 20_000_000;
/** File names of 255 bytes are the most that usual file systems take; an event's name and `.json` come behind. */
const LONGEST_SLUG_BYTES = 180;

/** Describes every file below a folder, in the order of their names. */
export async function readDocuments(folder: string): Promise<DemoDocument[]> {
  const entries = await readdir(folder, { recursive: true });
  const documents: DemoDocument[] = [];
  const slugs = new Set<string>();
  for (const entry of entries.toSorted()) {
    const path = join(folder, entry);
    if (!(await stat(path)).isFile()) continue;
    const name = relative(folder, path);
    const slug = uniqueSlug(name, slugs);
    documents.push({ name, slug, path, bytes: null, digest: await describeFile(path) });
  }
  return documents;
}

/** A document of 20 MB that nobody has seen before. */
export function largeDocument(): DemoDocument {
  const name = 'twenty-megabytes.bin';
  return madeDocument(`${name} (made on the fly)`, name, randomBytes(LARGE_BYTES));
}

/** A document that is in memory alone. */
export function madeDocument(name: string, slug: string, bytes: Uint8Array): DemoDocument {
  return {
    name,
    slug,
    path: null,
    bytes,
    digest: {
      mediaType: mediaTypeOf(slug),
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('base64url'),
      sha3_512: createHash('sha3-512').update(bytes).digest('base64url'),
    },
  };
}

/** What a document event says of a file: media type by its name, size, and a digest of each hash family. Read as a stream. */
export async function describeFile(path: string): Promise<DemoDocument['digest']> {
  const sha256 = createHash('sha256');
  const sha3 = createHash('sha3-512');
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    sha3.update(chunk);
    size += chunk.length;
  }
  return {
    mediaType: mediaTypeOf(path),
    size,
    sha256: sha256.digest('base64url'),
    sha3_512: sha3.digest('base64url'),
  };
}

function mediaTypeOf(path: string): string {
  return MEDIA_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

function uniqueSlug(name: string, taken: Set<string>): string {
  const plain = name.replaceAll(sep, '_');
  const tooLong = Buffer.byteLength(plain) > LONGEST_SLUG_BYTES;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  const slug = tooLong || taken.has(plain) ? `${[...plain].slice(0, 40).join('')}-${hash}` : plain;
  taken.add(slug);
  return slug;
}
