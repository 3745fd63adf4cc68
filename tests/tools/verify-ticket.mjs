// Verifies a ticket's code with nothing but docs/ticket-codes.md, the published keys and what node brings.
// Standard input: {"keys": […], "code": "…"}. Standard output: {"key": …, "ticketId": "…", "serial": …, "slot": "…"}.
import { createPublicKey, verify } from 'node:crypto';

let text = '';
for await (const part of process.stdin) text += part;
const { keys, code } = JSON.parse(text);

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
if (!/^BT1-[A-Z2-7]{148}$/.test(code)) throw new Error('Not a code of version 1.');
let bits = '';
for (const letter of code.slice(4)) bits += alphabet.indexOf(letter).toString(2).padStart(5, '0');
const bytes = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
if (bytes.length !== 92 || /1/.test(bits.slice(92 * 8))) throw new Error('Another spelling.');

const claim = bytes.subarray(0, 28);
const kid = String(claim.readUInt16BE(0));
const jwk = keys.find((key) => key.kid === kid);
if (!jwk) throw new Error('No such key.');
const signed = Buffer.concat([Buffer.from('BT1-', 'ascii'), claim]);
const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
if (!verify('sha256', signed, key, bytes.subarray(28))) throw new Error('The signature does not hold.');

const hex = claim.subarray(2, 18).toString('hex');
process.stdout.write(JSON.stringify({
  key: kid,
  ticketId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  serial: claim.readUInt16BE(18),
  slot: claim.subarray(20).toString('hex'),
}));
