import { runMain } from '@besure/service';
import { rightsService } from './service.js';

await runMain(rightsService);
