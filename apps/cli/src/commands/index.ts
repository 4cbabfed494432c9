import type { ListedCommand } from '../command.js';

/** All commands by name, in the order of the help text. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  verify: {
    summary: 'tell what an evidence file proves, offline',
    load: async () => (await import('./verify.js')).verifyCommand,
  },
  disclose: {
    summary: 'make a copy of an evidence file that shows less',
    load: async () => (await import('./disclose.js')).discloseCommand,
  },
};
