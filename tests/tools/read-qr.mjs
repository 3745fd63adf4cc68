// Reads the QR code in a PNG as a stranger would, with an independent library.
// Standard input: the PNG. Standard output: the text it holds.
import jsQR from 'jsqr';
import { PNG } from 'pngjs';

const parts = [];
for await (const part of process.stdin) parts.push(part);
const { data, width, height } = PNG.sync.read(Buffer.concat(parts));
const found = jsQR(new Uint8ClampedArray(data), width, height);
if (!found) throw new Error('There is no QR code in this picture.');
process.stdout.write(found.data);
