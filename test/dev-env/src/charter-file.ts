import { writeFileSync } from 'node:fs';
import { type Charter, formatTrust, parseCharter } from '@besure/governance';
import { loadCheckpointSigner, loadLedgerSigner, loadStatementSigner } from '@besure/keys';
import { encodeAddress, hash160, parseAddressFormat } from '@besure/ledger-tx';
import { encodeBase64url } from '@besure/protocol';
import type { OrganisationKeys } from './key-folder.js';
import { type Member, hub } from './members.js';
import type { Profile } from './profile.js';

/** What of the ledger stands in a charter. */
export interface LedgerParameters {
  readonly chain: string;
  readonly genesis: string;
  readonly addressVersion: string;
  readonly addressChecksum: string;
}

/** Composes a network's first charter from the public halves of its keys. */
export function composeCharter(input: {
  readonly network: string;
  readonly profile: Profile;
  readonly ledger: LedgerParameters;
  readonly startMillis: number;
  readonly organisations: readonly { readonly member: Member; readonly keys: OrganisationKeys }[];
  readonly hubKeyFile: string;
}): Charter {
  const { network, profile, ledger } = input;
  const format = parseAddressFormat(ledger.addressVersion, ledger.addressChecksum);
  const signer = loadCheckpointSigner(input.hubKeyFile);
  const charter: Charter = {
    format: 'besure-charter-v0',
    network,
    ledger: { ...ledger, streams: { proofs: 'proofs', rights: 'rights' }, finalDepth: profile.finalDepth },
    log: {
      origin: `besure.invalid/${network}/${ledger.genesis.slice(0, 16)}/proofs/0`,
      checkpointEvery: profile.checkpointEvery,
    },
    slots: { base: 0, startMillis: input.startMillis, lengthMillis: profile.slotMillis },
    limits: {
      agreementToleranceSeconds: profile.agreementToleranceSeconds,
      countersignatureDeadlineSeconds: profile.countersignatureDeadlineSeconds,
      largestLagSeconds: profile.largestLagSeconds,
    },
    organisations: input.organisations.map(({ member, keys }) => ({
      id: member.id,
      name: member.name,
      role: member.role,
      signingKey: encodeBase64url(
        loadStatementSigner({ keyFile: keys.signingKey, certificateFile: keys.signingCertificate }).publicKey,
      ),
      ledgerAddress: encodeAddress(hash160(loadLedgerSigner(keys.ledgerKey).publicKey), format),
    })),
    hubs: [
      {
        id: hub.id,
        name: hub.name,
        provider: hub.provider,
        logKeys: {
          ed25519: encodeBase64url(signer.log.ed25519.publicKey),
          mlDsa44: encodeBase64url(signer.log.mlDsa44.publicKey),
        },
        witnessKey: {
          mlDsa44: encodeBase64url(signer.witness.mlDsa44.publicKey),
          ed25519: encodeBase64url(signer.witness.ed25519.publicKey),
        },
      },
    ],
    quorum: { hubs: 1, witnesses: 0 },
    leastAssurance: 'one-hub',
  };
  return parseCharter(JSON.stringify(charter));
}

/** Writes the charter for the services and the trust file for verifiers. */
export function writeCharter(
  charter: Charter,
  files: { readonly charter: string; readonly trust: string },
): void {
  writeFileSync(files.charter, `${JSON.stringify(charter, null, 2)}\n`);
  writeFileSync(
    files.trust,
    formatTrust({ format: 'besure-trust-v0', genesis: charter.ledger.genesis, charter }),
  );
}
