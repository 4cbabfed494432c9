import { runMain } from '@besure/service';
import { intakeService } from './service.js';

await runMain(intakeService);
