/**
 * Where our severity is not the one that was wanted, on purpose: the file as DEFEND.md writes it, or `folder row N`, and why.
 * Generated pages quote the reason; a severity that differs without one is a failure.
 */
export const disagreements: Readonly<Record<string, string>> = {
  'invictus-ir row 4':
    'The trail was made by the same subject less than an hour before: whoever weakens what he has just made takes no defence from anybody. Inside the story it is told as low; the story is critical all the same.',
  'invictus-ir row 6':
    'As row 4: the flow log was made by the same subject less than an hour before.',
  'invictus-ir row 16':
    'A user made, given admin and given a key are three findings, each high; together they are a declared combination, which makes the incident critical.',
}
