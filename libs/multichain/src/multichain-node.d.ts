/** The part of `multichain-node` that we use; the package has no types. */
declare module 'multichain-node/lib/client.js' {
  import type { Agent } from 'node:http';

  interface Connection {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly pass: string;
    readonly agent: Agent;
  }

  type Callback = (error: unknown, result?: unknown) => void;

  export default function client(connection: Connection): {
    call(method: string, params: readonly unknown[], callback: Callback): void;
  };
}
