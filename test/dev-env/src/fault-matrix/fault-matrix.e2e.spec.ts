import { oneCaseOfEach } from './fault-cases.js';
import { playMatrix } from './play-matrix.js';

playMatrix(oneCaseOfEach());
