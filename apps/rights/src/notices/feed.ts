import type { Notice } from './notice.js';

/** The newest notices that a feed has. */
export const MAX_FEED = 100;

/**
 * An Atom feed (RFC 4287) of notices, the newest first. With a member, only of proposals that wait for its vote.
 *
 * @param self the URL of the feed
 */
export function feedOf(notices: readonly Notice[], { self, member, network }: FeedOptions): string {
  const shown = notices.filter(({ waitsFor }) => member === null || waitsFor.includes(member));
  const newest = shown.toReversed().slice(0, MAX_FEED);
  const title = member === null ? 'Decisions of the board' : `What waits for the vote of ${member}`;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `  <id>urn:besure:rights:${network}${member === null ? '' : `:${escaped(member)}`}</id>`,
    `  <title>${escaped(title)}</title>`,
    `  <updated>${timeOf(notices.at(-1)?.time ?? 0)}</updated>`,
    '  <author><name>BeSure</name></author>',
    `  <link rel="self" href="${escaped(self)}"/>`,
    ...newest.map((notice) => entryOf(notice, self)),
    '</feed>',
    '',
  ].join('\n');
}

/** What a feed says of itself. */
export interface FeedOptions {
  readonly self: string;
  readonly member: string | null;
  readonly network: string;
}

function entryOf(
  { id, network, proposal, status, member, change, expires, waitsFor, time }: Notice,
  self: string,
): string {
  const link = new URL(`proposals/${proposal}`, self).href;
  const waiting = waitsFor.length === 0 ? '' : ` Waits for ${waitsFor.join(', ')}, until height ${expires}.`;
  return [
    '  <entry>',
    `    <id>urn:besure:rights:${network}:${id}</id>`,
    `    <title>${escaped(`${change}: ${status}`)}</title>`,
    `    <updated>${timeOf(time)}</updated>`,
    `    <link href="${escaped(link)}"/>`,
    `    <summary>${escaped(`Proposed by ${member}.${waiting}`)}</summary>`,
    '  </entry>',
  ].join('\n');
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
