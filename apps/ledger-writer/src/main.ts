import { runMain } from '@besure/service';
import { ledgerWriterService } from './service.js';

await runMain(ledgerWriterService);
