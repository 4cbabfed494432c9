import { formatCharter, type Charter } from '@besure/governance';
import { changed, contradiction, HUB, hub, witness } from './charter-material.ts';
import { otherSpellings, refusedSpellings } from './spellings.ts';
import type { Vector } from './vector.ts';

const other = hub('second');
const ALPHA_ARCHIVE = witness('alpha');
const BETA_ARCHIVE = witness('beta');
const bothHubs = { hubs: 2, witnesses: 0 };

function valid(name: string, comment: string, change: object): Vector {
  const text = changed(change);
  const canonical = formatCharter(JSON.parse(text) as Charter);
  return { format: 'charter', kind: 'valid', name, content: { comment, text, canonical } };
}

function wrong(name: string, comment: string, field: string, change: object): Vector {
  const error = { code: 'field', field };
  return { format: 'charter', kind: 'invalid', name, content: { comment, text: changed(change), error } };
}

/** Names by which parties are told apart, in spellings that are the same, and in some that are none. */
export function countedNames(): Vector[] {
  return [
    valid('names-spelled-twice', 'One operator, provider and group in two spellings, which both stand.', {
      hubs: [
        HUB,
        { ...other, operator: HUB.operator.toUpperCase(), provider: HUB.provider.replaceAll(' ', '-') },
      ],
      witnesses: [ALPHA_ARCHIVE, { ...BETA_ARCHIVE, group: ALPHA_ARCHIVE.group.replace('l', '1') }],
      quorum: { hubs: 1, witnesses: 1 },
    }),
    valid(
      'names-of-every-kind',
      'Names with all signs that they may have, of one digit, and of 120 letters.',
      {
        hubs: [
          { ...HUB, operator: "O'Neil & Sons (North, South) A/S - No. 5", provider: '7' },
          { ...other, provider: 'x'.repeat(120) },
        ],
      },
    ),
    ...otherSpellings(HUB.operator).map(([name, what, operator]) =>
      contradiction(
        `quorum-one-operator-${name}`,
        `Two hubs needed, but both are run by one operator, whose name stands once more ${what}.`,
        'quorum.hubs',
        { hubs: [HUB, { ...other, operator }], quorum: bothHubs },
      ),
    ),
    ...otherSpellings('Organisation of citizens').map(([name, what, group]) =>
      contradiction(
        `quorum-one-group-${name}`,
        `Two witnesses needed, but both are run by one group, whose name stands once more ${what}.`,
        'quorum.witnesses',
        {
          witnesses: [
            { ...ALPHA_ARCHIVE, group: 'Organisation of citizens' },
            { ...BETA_ARCHIVE, group },
          ],
          quorum: { hubs: 1, witnesses: 2 },
        },
      ),
    ),
    ...refusedSpellings(HUB.operator).map(([name, what, operator]) =>
      wrong(`operator-${name}`, `The name of an operator ${what}.`, 'hubs.1.operator', {
        hubs: [HUB, { ...other, operator }],
      }),
    ),
    ...refusedSpellings(HUB.provider).map(([name, what, provider]) =>
      wrong(`provider-${name}`, `The name of a provider ${what}.`, 'hubs.1.provider', {
        hubs: [HUB, { ...other, provider }],
      }),
    ),
    ...refusedSpellings(ALPHA_ARCHIVE.group).map(([name, what, group]) =>
      wrong(`group-${name}`, `The name of a group ${what}.`, 'witnesses.0.group', {
        witnesses: [{ ...ALPHA_ARCHIVE, group }],
      }),
    ),
  ];
}
