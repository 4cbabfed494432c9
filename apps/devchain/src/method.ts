/** A method of the RPC: takes its parameters, answers its result, throws an `RpcFailure`. */
export type Method = (parameters: readonly unknown[]) => unknown;
