// Takes a mail apart as a stranger's program would.
// Standard input: {"mail": "base64"}. Standard output: {"subject", "messageId", "replyTo", "text", "html", "files": [{"name", "type", "content"}]}.
import PostalMime from 'postal-mime';

let text = '';
for await (const part of process.stdin) text += part;
const mail = await PostalMime.parse(Buffer.from(JSON.parse(text).mail, 'base64'));

process.stdout.write(JSON.stringify({
  subject: mail.subject,
  messageId: mail.messageId,
  replyTo: mail.replyTo?.[0]?.address ?? null,
  text: mail.text ?? '',
  html: mail.html ?? null,
  files: mail.attachments.map((file) => ({
    name: file.filename,
    type: file.mimeType,
    content: Buffer.from(file.content).toString('base64'),
  })),
}));
