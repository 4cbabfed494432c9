import { NO_END, PERMISSION_BITS, toHex, type PermissionName } from '@besure/ledger-tx';
import type { Chain } from './chain.js';
import type { Describer } from './describe.js';
import { address, expectCount, integer, looseHex, text } from './parameter.js';
import { RpcFailure } from './rejection.js';
import type { Method } from './method.js';
import type { Stream } from './streams.js';

const GLOBAL: readonly PermissionName[] = [
  'connect',
  'send',
  'receive',
  'issue',
  'create',
  'mine',
  'admin',
  'activate',
];
const OF_STREAM: readonly PermissionName[] = ['write', 'read', 'admin', 'activate'];
const LONGEST_NAME = 32;

/** Rights and streams. */
export function rightsMethods(chain: Chain, describe: Describer): Record<string, Method> {
  const { permissions, streams } = chain.ledger;

  function streamNamed(identifier: string, what: string): Stream {
    const stream = streams.named(identifier);
    if (stream === undefined) throw new RpcFailure(-708, `${what} with this name not found: ${identifier}`);
    return stream;
  }

  /** `send,receive`, `proofs.write,activate`, `*`: which stream (or none), and which rights. */
  function parseSpec(spec: string, allowsAll: boolean): { stream: Stream | null; types: PermissionName[] } {
    const dot = spec.lastIndexOf('.');
    const stream = dot < 0 ? null : streamNamed(spec.slice(0, dot), 'Entity');
    const known = stream === null ? GLOBAL : OF_STREAM;
    const names = spec.slice(dot + 1);
    if (allowsAll && (names === '*' || names === 'all')) return { stream, types: [...known] };
    const types = names.split(',').map((name) => known.find((each) => each === name));
    if (!types.every((type) => type !== undefined)) throw new RpcFailure(-8, 'Invalid permission');
    return { stream, types };
  }

  function change(parameters: readonly unknown[], from: number, to: number): string {
    const keyHash = address(parameters[0], chain.format);
    const { stream, types } = parseSpec(text(parameters[1]), false);
    const bits = types.reduce((sum, type) => sum | PERMISSION_BITS[type], 0);
    const entity = stream === null ? null : Buffer.from(stream.entity, 'hex');
    return chain.grant(keyHash, [{ entity, bits, from, to }]);
  }

  return {
    grant(parameters) {
      expectCount(parameters, 2, 4, 'grant "address" "permission(s)" ( native-amount start-block )');
      if ((parameters[2] ?? 0) !== 0) throw new RpcFailure(-8, 'Invalid amount: this ledger has no currency');
      return change(parameters, integer(parameters[3] ?? 0), NO_END);
    },
    revoke(parameters) {
      expectCount(parameters, 2, 2, 'revoke "address" "permission(s)"');
      return change(parameters, 0, 0);
    },
    listpermissions(parameters) {
      expectCount(parameters, 0, 3, 'listpermissions ( "permission(s)" address verbose )');
      const { stream, types } = parseSpec(text(parameters[0] ?? '*'), true);
      const who = parameters[1] === undefined || parameters[1] === '*' ? undefined : parameters[1];
      const keyHash = who === undefined ? undefined : toHex(address(who, chain.format));
      return permissions
        .list(stream?.entity ?? null, types, chain.ledger.height)
        .filter((row) => keyHash === undefined || row.keyHash === keyHash)
        .map((row) => ({
          address: describe.addressOf(row.keyHash),
          for: stream === null ? null : describe.streamName(stream),
          type: row.type,
          startblock: row.from,
          endblock: row.to,
          ...(parameters[2] === true ? { admins: [describe.addressOf(row.admin)], pending: [] } : {}),
        }));
    },
    create(parameters) {
      expectCount(parameters, 3, 3, 'create stream "stream-name" {"restrict":"write"}');
      if (text(parameters[0]) !== 'stream') throw new RpcFailure(-8, 'Invalid entity type');
      const name = text(parameters[1]);
      const given = parameters[2];
      const restricted =
        given === false || (given instanceof Object && 'restrict' in given && given.restrict === 'write');
      if (!restricted) throw new RpcFailure(-8, 'Only streams with restricted writing can be created here');
      if (name === '*') throw new RpcFailure(-8, 'Invalid stream name: *');
      if (name.length > LONGEST_NAME || !/^[\x21-\x7e]+$/.test(name))
        throw new RpcFailure(-8, 'Invalid stream name');
      if (streams.named(name) !== undefined)
        throw new RpcFailure(-705, 'Entity with this name already exists');
      return chain.createStream(name);
    },
    publishfrom(parameters) {
      expectCount(parameters, 4, 4, 'publishfrom "from-address" "stream-identifier" "key" "data-hex"');
      const publisher = address(parameters[0], chain.format);
      if (toHex(publisher) !== toHex(chain.wallet.keyHash))
        throw new RpcFailure(-5, 'Private key for from-address is not found in this wallet');
      const stream = streamNamed(text(parameters[1]), 'Stream');
      if (text(parameters[2]) !== '')
        throw new RpcFailure(-8, 'Only items with an empty key can be published here');
      const data = looseHex(text(parameters[3]));
      if (data === undefined) throw new RpcFailure(-8, 'Item data should be hexadecimal string');
      return chain.publish(Buffer.from(stream.entity, 'hex'), data);
    },
    liststreams(parameters) {
      expectCount(parameters, 0, 1, 'liststreams ( stream-identifier )');
      const wanted = parameters[0] ?? '*';
      if (wanted === '*') return streams.all().map((stream) => describe.stream(stream));
      const identifiers = Array.isArray(wanted) ? wanted.map(text) : [text(wanted)];
      return identifiers.map((identifier) => describe.stream(streamNamed(identifier, 'Stream')));
    },
  };
}
