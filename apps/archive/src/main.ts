import { runMain } from '@besure/service';
import { archiveService } from './service.js';

await runMain(archiveService);
