// Verifies a token signed with RS256 as Google would, with an independent library.
// Standard input: {"key": "<PEM>", "token": "…"}. Standard output: {"header": …, "claims": …}.
import { importSPKI, jwtVerify } from 'jose';

let text = '';
for await (const part of process.stdin) text += part;
const { key, token } = JSON.parse(text);
const { protectedHeader, payload } = await jwtVerify(token, await importSPKI(key, 'RS256'), {
  audience: 'google',
  algorithms: ['RS256'],
  typ: 'JWT',
});
process.stdout.write(JSON.stringify({ header: protectedHeader, claims: payload }));
