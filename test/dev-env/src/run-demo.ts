import { runDemo } from './demo/demo.js';
import { type DemoDocument, largeDocument, readDocuments } from './demo/documents.js';
import type { Report } from './demo/report.js';
import { Screen } from './demo/screen.js';
import { inProcess } from './host.js';
import { ledgerFromEnvironment } from './ledger-access.js';
import { applicant } from './members.js';
import { startNetwork } from './start-network.js';
import { inTemporaryFolder } from './temporary-folder.js';

/** How the demo is asked for. */
export interface DemoRequest {
  /** A folder of documents; without it the examples, and a large document made on the fly. */
  readonly documents: string | null;
  readonly examples: string;
  readonly out: string;
  readonly write: (text: string) => void;
  readonly coloured: boolean;
  readonly signal: AbortSignal;
}

/** There are no documents, or they cannot be read. */
export class DocumentsError extends Error {
  override readonly name = 'DocumentsError';
}

/** Runs the demo in a network that lives only as long. Throws DocumentsError where there is no document that can be read. */
export async function demo(request: DemoRequest): Promise<Report> {
  const documents: DemoDocument[] =
    request.documents === null
      ? [...(await documentsIn(request.examples)), largeDocument()]
      : await documentsIn(request.documents);
  const ledger = ledgerFromEnvironment(process.env);
  const screen = new Screen({ write: request.write, coloured: request.coloured });
  return inTemporaryFolder('demo', (folder) =>
    runDemo({
      documents,
      out: request.out,
      screen,
      signal: request.signal,
      startNetwork: () =>
        startNetwork({
          folder,
          profile: 'demo',
          applicants: [applicant],
          signal: request.signal,
          host: inProcess,
          ...(ledger !== null && { ledger }),
          onProgress: (step) => screen.line(`  ${step} ...`),
        }),
    }),
  );
}

async function documentsIn(folder: string): Promise<DemoDocument[]> {
  const documents = await readDocuments(folder).catch((cause: unknown) => {
    const { code, path, message } = cause as NodeJS.ErrnoException;
    throw new DocumentsError(`${path ?? folder}: ${REASONS[code ?? ''] ?? message}`, { cause });
  });
  if (documents.length === 0) throw new DocumentsError(`there is no file in ${folder}`);
  return documents;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'not there',
  ENOTDIR: 'is not a folder',
  EACCES: 'not allowed',
};
