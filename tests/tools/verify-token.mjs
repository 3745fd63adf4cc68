// Verifies an access token as a stranger would: with the published keys and an independent library.
// Standard input: {"jwks": …, "token": "…", "issuer": "…", "audience": "…", "now": "…"}. Standard output: {"header": …, "claims": …}.
import { createLocalJWKSet, jwtVerify } from 'jose';

let text = '';
for await (const part of process.stdin) text += part;
const { jwks, token, issuer, audience, now } = JSON.parse(text);

const { protectedHeader, payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
  issuer,
  audience,
  algorithms: ['ES256'],
  typ: 'at+jwt',
  currentDate: new Date(now),
  requiredClaims: ['sub', 'sid', 'jti', 'iat', 'nbf', 'exp'],
});
process.stdout.write(JSON.stringify({ header: protectedHeader, claims: payload }));
