import { runDemo } from './demo/demo.js';
import { type DemoDocument, largeDocument, readDocuments } from './demo/documents.js';
import type { Report } from './demo/report.js';
import { Screen } from './demo/screen.js';
import { inProcess } from './host.js';
import { ledgerFromEnvironment } from './ledger-access.js';
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

/** Runs the demo in a network that lives only as long. Throws RangeError where there is no document. */
export async function demo(request: DemoRequest): Promise<Report> {
  const documents: DemoDocument[] =
    request.documents === null
      ? [...(await readDocuments(request.examples)), largeDocument()]
      : await readDocuments(request.documents);
  if (documents.length === 0)
    throw new RangeError(`there is no file in ${request.documents ?? request.examples}`);
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
          host: inProcess,
          ...(ledger !== null && { ledger }),
          onProgress: (step) => screen.line(`  ${step} ...`),
        }),
    }),
  );
}
