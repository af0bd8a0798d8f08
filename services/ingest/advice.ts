type Advice = { readonly when: RegExp; readonly todo: string }

/** What a person can do about a dead letter. The first line whose pattern fits its reason is shown. */
const advices: readonly Advice[] = [
  {
    when: /^DATA_LOSS/,
    todo: 'Records are gone that were never read. Bring them back from another copy, such as the files of the trail, and let the topic keep messages for longer than serve may be away.',
  },
  {
    when: /looks like a secret/,
    todo: 'Somebody wrote a secret where an id belongs. Correct what sends it, and replace the secret: it has travelled.',
  },
  {
    when: /may not speak for that agent/,
    todo: 'The settings give this source other agents. If it should speak for this one, add the agent to it; else find out who sends that.',
  },
  {
    when: /where only records of CloudTrail may be/,
    todo: 'Whoever writes there would speak in the name of AWS. Agents report to the doors of serve, or to a topic of their own.',
  },
  {
    when: /notification/,
    todo: 'The queue is read as one that S3 tells of files. Look at who else writes to it, or say in the settings what it holds.',
  },
  {
    when: /that the settings do not name/,
    todo: 'Nobody should make serve read what it was not told to. If the bucket is yours, name it in the settings of its queue.',
  },
  {
    when: /announces objects/,
    todo: 'This message only says that files exist. Download those files and read them instead.',
  },
  {
    when: /Athena/,
    todo: 'Select the column as JSON text and export again, or read the log files themselves.',
  },
  {
    when: /export without|OCSF/,
    todo: 'Export again with the original record included, or read the log files themselves.',
  },
  { when: /gzip/, todo: 'Download the file again: it was cut off or damaged on its way.' },
  {
    when: /ends inside/,
    todo: 'The file was cut off, or is still being written. Download it again.',
  },
  {
    when: /: not read$/,
    todo: 'Unpack the file, or convert it to JSON lines, and read the result.',
  },
  {
    when: /larger than|nested too deep|wrapped more than|too many times|more than \d+ (?:elements|items|bytes|brackets)/,
    todo: 'No audit record looks like this. Find out who made the file before you trust it.',
  },
  {
    when: /no JSON|not valid JSON|CSV row/,
    todo: 'Look at the file at this offset. If these are logs, export them as JSON; if not, leave the file out.',
  },
  {
    when: /kind of agent activity/,
    todo: 'Lines with `kind` are read as agent activities. Correct the kind, or leave the file out.',
  },
  {
    when: /time/i,
    todo: 'Without its time a record proves nothing. Export it again with `eventTime` as CloudTrail wrote it.',
  },
  {
    when: /CloudTrail/,
    todo: 'This is JSON, but no CloudTrail record, agent activity or OTLP document. Leave it out, or unwrap it first.',
  },
]

const otherwise =
  'Compare the field with the documentation of its source, and export the record again.'

/** What to do about a dead letter with this reason: one or two sentences. */
export const adviceFor = (reason: string): string =>
  advices.find(({ when }) => when.test(reason))?.todo ?? otherwise
