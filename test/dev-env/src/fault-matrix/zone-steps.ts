import { SUBJECTS } from '@besure/protocol';
import { ALL, commit, effect, LOST, LOST_OR_KILLED, SENT, type Step } from './step.js';

/** The steps in the zone of an organisation, and what others do for it. */
export function zoneSteps(organisation: string): readonly Step[] {
  const [intake, proof, archive] = [
    `${organisation}-intake`,
    `${organisation}-proof`,
    `${organisation}-archive`,
  ];
  return [
    {
      name: 'accepting an event',
      service: intake,
      isAt: commit(intake, ['appended EventsAccepted']),
      faults: ALL,
    },
    {
      name: 'publishing what was accepted',
      service: intake,
      isAt: effect('publish', 'INTAKE', intake),
      faults: [...SENT, 'killed-after'],
    },
    {
      name: 'making a statement',
      service: proof,
      isAt: commit(proof, ['consumed intake', 'appended StatementsPrepared']),
      faults: ALL,
    },
    {
      name: 'asking for a countersignature',
      service: proof,
      isAt: effect('request', SUBJECTS.countersign(organisation), proof),
      faults: [...SENT, 'killed-after'],
    },
    {
      name: 'answering with a countersignature',
      service: 'exchange-proof',
      isAt: effect('answer', SUBJECTS.countersign(organisation)),
      faults: [...LOST, 'twice', 'killed-after'],
    },
    {
      name: 'keeping a countersignature',
      service: proof,
      isAt: commit(proof, ['appended StatementsCountersigned']),
      faults: ALL,
    },
    {
      name: 'keeping that a statement is disputed',
      service: proof,
      isAt: commit(proof, ['appended StatementsOneSided']),
      faults: LOST_OR_KILLED,
      record: 'other',
    },
    {
      name: 'closing and signing a slot',
      service: proof,
      isAt: commit(proof, ['appended SlotSigned', 'appended StatementsRecorded']),
      faults: ALL,
    },
    {
      name: 'closing and signing an empty slot',
      service: proof,
      isAt: commit(proof, ['appended SlotSigned'], ['appended StatementsRecorded']),
      faults: ['after', 'killed-after'],
    },
    {
      name: 'publishing what was stated',
      service: proof,
      isAt: effect('publish', 'PROOF', proof),
      faults: [...SENT, 'killed-after'],
      since: commit(proof, ['appended StatementsRecorded']),
    },
    {
      name: 'submitting an item',
      service: proof,
      isAt: effect('request', SUBJECTS.submit(organisation), proof),
      faults: [...SENT, 'killed-before', 'killed-after'],
    },
    {
      name: 'carrying an item',
      service: 'hub-ledger-writer',
      isAt: effect('answer', SUBJECTS.submit(organisation)),
      faults: ['twice', 'killed-after'],
    },
    {
      name: 'noting that an item was submitted',
      service: proof,
      isAt: commit(proof, ['wrote slot'], ['appended']),
      faults: LOST_OR_KILLED,
    },
    {
      name: 'noting that a slot is final',
      service: proof,
      isAt: commit(proof, ['appended SlotFinal']),
      faults: LOST_OR_KILLED,
    },
    {
      name: 'noting how far consumers of proof are',
      service: proof,
      isAt: commit(proof, ['wrote proof.consumer']),
      faults: LOST,
    },
    {
      name: 'keeping a statement for fifty years',
      service: archive,
      isAt: commit(archive, ['consumed proof', 'wrote recording']),
      faults: ALL,
    },
    {
      name: 'following the log',
      service: archive,
      isAt: commit(archive, ['extended proofs']),
      faults: LOST_OR_KILLED,
    },
    {
      name: 'finding what is evidence',
      service: archive,
      isAt: commit(archive, ['appended EvidenceReady']),
      faults: ALL,
    },
    {
      name: 'publishing what is evidence',
      service: archive,
      isAt: effect('publish', 'ARCHIVE', archive),
      faults: [...SENT, 'killed-after'],
    },
    {
      name: 'asking for copies',
      service: archive,
      isAt: effect('request', SUBJECTS.copies(organisation), archive),
      faults: SENT,
      since: commit('exchange-archive', ['wrote copy']),
    },
    { name: 'keeping copies', service: archive, isAt: commit(archive, ['wrote copy_source']), faults: ALL },
    {
      name: 'keeping what a hub has signed',
      service: archive,
      isAt: commit(archive, ['extended witnessed']),
      faults: LOST_OR_KILLED,
    },
    {
      name: 'cosigning a checkpoint',
      service: archive,
      isAt: commit(archive, ['wrote witness_state', 'checkpointed witnessed']),
      faults: ALL,
    },
    {
      name: 'handing over a cosignature',
      service: archive,
      isAt: effect('request', SUBJECTS.cosign(organisation), archive),
      faults: SENT,
    },
    {
      name: 'taking a cosignature',
      service: 'hub-ledger-writer',
      isAt: effect('answer', SUBJECTS.cosign(organisation)),
      faults: ['killed-after'],
    },
    {
      name: 'showing that an event has a statement',
      service: intake,
      isAt: commit(intake, ['consumed proof']),
      faults: LOST_OR_KILLED,
    },
    {
      name: 'showing that an event has evidence',
      service: intake,
      isAt: commit(intake, ['consumed archive', 'wrote evidence']),
      faults: LOST_OR_KILLED,
    },
  ];
}
