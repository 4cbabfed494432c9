import { faultCases } from './fault-cases.js';
import { playMatrix } from './play-matrix.js';

playMatrix(faultCases());
