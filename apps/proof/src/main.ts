import { runMain } from '@besure/service';
import { proofService } from './service.js';

await runMain(proofService);
