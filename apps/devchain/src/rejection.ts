/** An answer of the RPC that is an error, with the number and the text that a real node gives. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** A transaction that breaks a rule: one number for all of them, the kind and the reason stand in the text. */
export function rejected(kind: 16 | 18 | 64, reason: string): RpcFailure {
  return new RpcFailure(-26, `${kind}: ${reason}`);
}

/** A transaction whose inputs do not verify. */
export function inputsFailed(reason?: string): RpcFailure {
  return rejected(16, reason === undefined ? 'ConnectInputs failed' : `ConnectInputs failed: ${reason}`);
}

/** Inputs of transactions that nobody has seen, or that were spent long ago. */
export function missingInputs(): RpcFailure {
  return new RpcFailure(-27, 'missing inputs');
}
