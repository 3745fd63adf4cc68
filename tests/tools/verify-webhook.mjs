// Verifies a webhook as a receiver would: with the secret and the package of the specification.
// Standard input: {"secret": "whsec_…", "body": "…", "headers": {…}, "now": seconds}. Standard output: the payload. Exit code 1 when it is not ours.
import { Webhook } from 'standardwebhooks';

let text = '';
for await (const part of process.stdin) text += part;
const { secret, body, headers, now } = JSON.parse(text);
Date.now = () => now * 1000;

try {
  process.stdout.write(JSON.stringify(new Webhook(secret).verify(body, headers)));
} catch (problem) {
  process.stderr.write(String(problem));
  process.exit(1);
}
