import { describe, expect, it } from 'vitest';
import { ledgerErrorOf } from './rpc-error.js';

describe('what a node says becomes one of our codes', () => {
  it.each([
    [-26, '18: bad-txns-inputs-spent', 'inputs-spent', false],
    [-27, 'missing inputs', 'missing-inputs', true],
    [
      -26,
      '16: ConnectInputs failed: mandatory-script-verify-flag-failed (Script failed an OP_EQUALVERIFY operation)',
      'bad-signature',
      false,
    ],
    [-26, '64: Nonstandard transaction input', 'bad-signature', false],
    [-26, '16: ConnectInputs failed', 'no-permission', false],
    [-26, "64: Metadata script rejected - Inputs don't belong to valid publisher", 'no-permission', false],
    [-26, "64: Inputs don't belong to valid admin", 'no-permission', false],
    [
      -26,
      '64: Metadata script rejected - Unrecognized script, should be new entity or input script cache',
      'rejected',
      false,
    ],
    [-22, 'TX decode failed', 'undecodable', false],
    [-28, 'Loading block index...', 'starting', true],
    [-704, 'from-address does not have permission', 'no-permission', false],
    [-705, 'Entity with this name already exists', 'name-taken', false],
    [-708, 'Stream with this name not found: nosuch', 'unknown-stream', false],
    [-710, 'No information available about transaction', 'unknown-transaction', false],
    [-711, 'Block height out of range', 'unknown-block', false],
    [-5, 'Invalid address: xyz', 'invalid-address', false],
    [-8, 'Invalid permission', 'invalid-parameter', false],
    [-1, 'value is type str, expected int', 'invalid-parameter', false],
    [-3, 'Expected type str, got int', 'invalid-parameter', false],
    [-32600, 'Wrong chain name', 'wrong-chain', false],
    [-32600, 'Missing method', 'bad-request', false],
    [-32601, 'Method not found', 'unknown-method', false],
    [-32700, 'Parse error', 'bad-request', false],
    [-32603, 'something new', 'unknown', false],
  ])('%i %s: %s', (rpcCode, message, code, retryable) => {
    expect(ledgerErrorOf({ code: rpcCode, message })).toMatchObject({ code, rpcCode, message, retryable });
  });
});
