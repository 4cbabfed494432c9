import type { ListedCommand } from '../command.js';

/** All commands by name, in the order of the help text. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  demo: {
    summary: 'run the whole story once: send, prove, verify, forge',
    load: async () => (await import('./demo.js')).demoCommand,
  },
  up: {
    summary: 'start a network that stays',
    load: async () => (await import('./up.js')).upCommand,
  },
  send: {
    summary: 'send a document through the network that is up',
    load: async () => (await import('./send.js')).sendCommand,
  },
  status: {
    summary: 'tell how what was sent stands',
    load: async () => (await import('./status.js')).statusCommand,
  },
  'dead-letters': {
    summary: 'list what could not be handled, give it to its service again, or give it up',
    load: async () => (await import('./dead-letters.js')).deadLettersCommand,
  },
  down: {
    summary: 'stop the network; its data stay',
    load: async () => (await import('./down.js')).downCommand,
  },
  verify: {
    summary: 'tell what an evidence file proves, offline',
    load: async () => (await import('./verify.js')).verifyCommand,
  },
  disclose: {
    summary: 'make a copy of an evidence file that shows less',
    load: async () => (await import('./disclose.js')).discloseCommand,
  },
  audit: {
    summary: 'tell whether an accusation proves that a hub or a witness lied, offline',
    load: async () => (await import('./audit.js')).auditCommand,
  },
  mirror: {
    summary: 'copy the ledger log of the hubs, verified, for anyone to keep',
    load: async () => (await import('./mirror.js')).mirrorCommand,
  },
  keys: {
    summary: 'make the key of a seat in the board',
    load: async () => (await import('./keys.js')).keysCommand,
  },
  rights: {
    summary: 'see what the board decided and is asked, propose, vote; replay all of it, offline',
    load: async () => (await import('./rights.js')).rightsCommand,
  },
  fsck: {
    summary: 'compare what is held with what was acknowledged, read only',
    load: async () => (await import('./fsck.js')).fsckCommand,
  },
  bench: {
    summary: 'measure proofs per second, and where the time goes',
    load: async () => (await import('./bench.js')).benchCommand,
  },
  chaos: {
    summary: 'kill, stop and cut off everything under load, and look whether anything was lost',
    load: async () => (await import('./chaos.js')).chaosCommand,
  },
  ledger: {
    summary: 'found the ledger of the network that is up',
    load: async () => (await import('./ledger.js')).ledgerCommand,
  },
};
