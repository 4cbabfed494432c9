import { checkDecision, exportDecision } from '../board/decision.js';
import { history, preview, proposals, show } from '../board/look.js';
import { permissions } from '../board/permissions.js';
import { propose, vote, withdraw } from '../board/say.js';
import { verifyLog } from '../board/verify-log.js';
import { UsageError } from '../cli-error.js';
import type { Command } from '../command.js';

const VERBS: Readonly<Record<string, Command>> = {
  show,
  proposals,
  history,
  permissions,
  preview,
  propose,
  vote,
  withdraw,
  verify: verifyLog,
  export: exportDecision,
  check: checkDecision,
};

/** `rights VERB`: what a member of the board does at a hub, and what everyone can look up or replay. */
export const rightsCommand: Command = {
  usage: Object.values(VERBS).flatMap(({ usage }) => usage),
  run([name = '', ...args], io) {
    const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
    if (verb === undefined) throw new UsageError(`${Object.keys(VERBS).join(', ')}: which one?`);
    return verb.run(args, io);
  },
};
