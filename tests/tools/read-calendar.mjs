// Reads a calendar file with two independent libraries.
// Standard input: the file. Standard output: {"icaljs": […], "nodeical": […]}, each [{uid, summary, start, end, status, sequence}].
import ICAL from 'ical.js';
import ical from 'node-ical';

let text = '';
for await (const part of process.stdin) text += part;

const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent');
const icaljs = events.map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    summary: event.summary,
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    status: component.getFirstPropertyValue('status'),
    sequence: event.sequence,
  };
});
const nodeical = Object.values(ical.sync.parseICS(text)).filter((entry) => entry.type === 'VEVENT').map((event) => ({
  uid: event.uid,
  summary: event.summary,
  start: event.start.toISOString(),
  end: event.end.toISOString(),
  status: event.status,
  sequence: Number(event.sequence),
}));
process.stdout.write(JSON.stringify({ icaljs, nodeical }));
