import { ALL, commit, effect, fetching, LOST, LOST_OR_KILLED, SENT, type Step } from './step.js';

/** The steps of the exchange on its own account, and those of the hub for all. */
export const COMMON_STEPS: readonly Step[] = [
  {
    name: 'accepting the record of the exchange',
    service: 'exchange-intake',
    isAt: commit('exchange-intake', ['appended EventsAccepted']),
    faults: LOST_OR_KILLED,
  },
  {
    name: 'publishing the record of the exchange',
    service: 'exchange-intake',
    isAt: effect('publish', 'INTAKE', 'exchange-intake'),
    faults: LOST,
  },
  {
    name: 'keeping the record of the exchange',
    service: 'exchange-proof',
    isAt: commit('exchange-proof', ['consumed intake', 'appended RecordsKept']),
    faults: LOST_OR_KILLED,
  },
  {
    name: 'countersigning',
    service: 'exchange-proof',
    isAt: commit('exchange-proof', ['appended StatementsDecided']),
    faults: ALL,
  },
  {
    name: 'keeping a statement that waits for the record',
    service: 'exchange-proof',
    isAt: commit('exchange-proof', ['wrote statement'], ['appended']),
    faults: LOST_OR_KILLED,
    record: 'later',
  },
  {
    name: 'countersigning what has waited for the record',
    service: 'exchange-proof',
    isAt: commit('exchange-proof', ['appended StatementsDecided']),
    faults: LOST_OR_KILLED,
    record: 'later',
  },
  {
    name: 'closing and signing a slot of the exchange',
    service: 'exchange-proof',
    isAt: commit('exchange-proof', ['appended SlotSigned', 'appended StatementsRecorded']),
    faults: LOST_OR_KILLED,
  },
  {
    name: 'publishing what the exchange recorded',
    service: 'exchange-proof',
    isAt: effect('publish', 'PROOF', 'exchange-proof'),
    faults: LOST,
    since: commit('exchange-proof', ['appended StatementsRecorded']),
  },
  {
    name: 'keeping what the exchange recorded',
    service: 'exchange-archive',
    isAt: commit('exchange-archive', ['consumed proof', 'wrote recording']),
    faults: LOST_OR_KILLED,
  },
  {
    name: 'offering copies',
    service: 'exchange-archive',
    isAt: commit('exchange-archive', ['wrote copy']),
    faults: LOST_OR_KILLED,
  },
  {
    name: 'noting which copies were taken',
    service: 'exchange-archive',
    isAt: commit('exchange-archive', ['wrote copy_reader'], ['wrote part']),
    faults: LOST,
  },
  {
    name: 'sending an item to the ledger',
    service: 'hub-ledger-writer',
    isAt: effect('ledger', 'sendrawtransaction'),
    faults: [...SENT, 'killed-before', 'killed-after'],
  },
  {
    name: 'asking for the height of the ledger',
    service: 'hub-ledger-writer',
    isAt: effect('ledger', 'getblockcount'),
    faults: ['before'],
  },
  {
    name: 'asking for the place of a block',
    service: 'hub-ledger-writer',
    isAt: effect('ledger', 'getblockhash'),
    faults: ['before'],
  },
  {
    name: 'reading a block',
    service: 'hub-ledger-writer',
    isAt: effect('ledger', 'getblock'),
    faults: ['before', 'twice', 'slow'],
  },
  {
    name: 'extending the log and signing its checkpoint',
    service: 'hub-ledger-writer',
    isAt: commit('hub-ledger-writer', ['extended proofs', 'checkpointed proofs']),
    faults: ALL,
  },
  {
    name: 'bringing a checkpoint under a quorum',
    service: 'hub-ledger-writer',
    isAt: commit('hub-ledger-writer', ['checkpointed proofs'], ['extended']),
    faults: ALL,
  },
  ...(['proofs', 'rights'] as const).flatMap((log): Step[] => [
    {
      name: `fetching what waits for cosignatures, of the log of ${log}`,
      service: `archives-${log}`,
      isAt: fetching('pending', log),
      faults: ['before', 'slow'],
    },
    {
      name: `fetching a checkpoint of the log of ${log}`,
      service: `archives-${log}`,
      isAt: fetching('checkpoint', log),
      faults: ['before', 'slow'],
    },
  ]),
  // The log of rights does not grow here.
  {
    name: 'fetching a tile',
    service: 'archives-proofs',
    isAt: fetching('tile', 'proofs'),
    faults: ['before', 'slow'],
  },
];
